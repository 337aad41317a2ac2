//! Who is here, over all shards: counted by open sockets, from before the upgrade until the end.

use crate::domain::presence::Presence;
use shared::UserId;
use shared::limits::SOCKETS_PER_USER_MAX;

/// The sockets of all shards, counted.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) presence: Presence,
    /// Open sockets by shard.
    sockets: Vec<usize>,
}

impl Registry {
    pub(super) fn new(shards: usize) -> Self {
        Self { presence: Presence::default(), sockets: vec![0; shards] }
    }

    /// Counts a socket that is about to open, and says in which shard: that with the fewest. None
    /// when the user has 100 open already.
    pub(super) fn enter(&mut self, user: UserId) -> Option<usize> {
        if self.presence.sockets(user) >= SOCKETS_PER_USER_MAX {
            return None;
        }
        let (shard, count) =
            self.sockets.iter_mut().enumerate().min_by_key(|(_, count)| **count)?;
        *count += 1;
        self.presence.connected(user);
        Some(shard)
    }

    /// Counts a socket that ended.
    pub(super) fn leave(&mut self, user: UserId, shard: usize) {
        if let Some(count) = self.sockets.get_mut(shard) {
            *count = count.saturating_sub(1);
        }
        self.presence.disconnected(user);
    }

    /// Open sockets.
    pub(super) fn sockets(&self) -> usize {
        self.sockets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn sockets_are_spread_evenly_and_bounded_for_each_user() {
        let (mut registry, user) = (Registry::new(2), UserId(Uuid::nil()));
        let mut shards = [0; 2];
        for _ in 0..SOCKETS_PER_USER_MAX {
            shards[registry.enter(user).unwrap()] += 1;
        }
        assert_eq!(shards, [SOCKETS_PER_USER_MAX / 2; 2]);
        assert_eq!(registry.enter(user), None);
        registry.leave(user, 1);
        assert_eq!((registry.enter(user), registry.sockets()), (Some(1), SOCKETS_PER_USER_MAX));
    }
}
