//! Who is online: counted by open sockets, told once a tick, so that a page that reloads does not
//! flicker.

use shared::UserId;
use std::collections::{HashMap, HashSet};

/// Who is online, and what others were last told of it.
#[derive(Debug, Default)]
pub struct Presence {
    sockets: HashMap<UserId, usize>,
    told: HashSet<UserId>,
    changed: HashSet<UserId>,
}

impl Presence {
    /// A socket of the user was opened.
    pub fn connected(&mut self, user: UserId) {
        *self.sockets.entry(user).or_default() += 1;
        self.changed.insert(user);
    }

    /// A socket of the user was closed.
    pub fn disconnected(&mut self, user: UserId) {
        if let Some(count) = self.sockets.get_mut(&user) {
            *count -= 1;
            if *count == 0 {
                self.sockets.remove(&user);
                self.changed.insert(user);
            }
        }
    }

    /// How many sockets of the user are open.
    pub fn sockets(&self, user: UserId) -> usize {
        self.sockets.get(&user).copied().unwrap_or(0)
    }

    /// Who is online.
    pub fn online(&self) -> Vec<UserId> {
        self.sockets.keys().copied().collect()
    }

    /// How many users are online.
    pub fn users_online(&self) -> usize {
        self.sockets.len()
    }

    /// Who came or went since it was last asked; those who did both are left out.
    pub fn take_changes(&mut self) -> Vec<(UserId, bool)> {
        let mut changes = Vec::new();
        for user in self.changed.drain() {
            let online = self.sockets.contains_key(&user);
            let news = if online { self.told.insert(user) } else { self.told.remove(&user) };
            if news {
                changes.push((user, online));
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_reload_is_not_told_and_the_last_socket_decides() {
        let (mut presence, user) = (Presence::default(), UserId(Uuid::nil()));
        presence.connected(user);
        assert_eq!(presence.take_changes(), [(user, true)]);
        presence.disconnected(user);
        presence.connected(user);
        assert_eq!(presence.take_changes(), []);
        presence.connected(user);
        presence.disconnected(user);
        assert_eq!(presence.take_changes(), []);
        presence.disconnected(user);
        assert_eq!((presence.take_changes(), presence.sockets(user)), (vec![(user, false)], 0));
    }
}
