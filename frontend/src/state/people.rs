//! Who is there: the users that the page knows by name, who is online, and who is typing where.
//! All of it is passing knowledge; the server is asked again after every start.

use shared::limits::TYPING_SHOWN_MS;
use shared::{ChannelId, Role, UserId, UserInfo};
use std::collections::{BTreeSet, HashMap};

/// The users that are known so far.
#[derive(Debug, Clone, Default)]
pub struct People {
    by_id: HashMap<UserId, UserInfo>,
    /// Asked for, and not here yet.
    asked: BTreeSet<UserId>,
    online: BTreeSet<UserId>,
}

impl People {
    /// Takes what the server says about a user. Tells whether a name or a presence changed.
    pub fn put(&mut self, user: UserInfo) -> bool {
        self.asked.remove(&user.user_id);
        let presence = self.set_online(user.user_id, user.online);
        let known = self.by_id.get(&user.user_id);
        let named = known.is_none_or(|old| {
            old.display_name != user.display_name
                || old.username != user.username
                || old.role != user.role
        });
        self.by_id.insert(user.user_id, user);
        named || presence
    }

    /// A user came online or went offline. Tells whether that is news.
    pub fn set_online(&mut self, user: UserId, online: bool) -> bool {
        if online { self.online.insert(user) } else { self.online.remove(&user) }
    }

    /// Whether a socket of the user is open, as far as is known.
    pub fn is_online(&self, user: UserId) -> bool {
        self.online.contains(&user)
    }

    /// The user, if known.
    pub fn get(&self, user: UserId) -> Option<&UserInfo> {
        self.by_id.get(&user)
    }

    /// The name to show; a dash as long as it isn't known.
    pub fn name(&self, user: UserId) -> &str {
        self.by_id.get(&user).map_or("…", |user| user.display_name.as_str())
    }

    /// Whether the user owns the server.
    pub fn is_owner(&self, user: UserId) -> bool {
        self.by_id.get(&user).is_some_and(|user| user.role == Role::Owner)
    }

    /// Marks the user as asked for. True if somebody should ask now.
    pub fn ask(&mut self, user: UserId) -> bool {
        !self.by_id.contains_key(&user) && self.asked.insert(user)
    }

    /// The question failed: it may be asked again.
    pub fn unask(&mut self, user: UserId) {
        self.asked.remove(&user);
    }

    /// Everybody known whose name or user name has a word that starts like the query, by name.
    pub fn find(&self, query: &str) -> Vec<&UserInfo> {
        let mut found: Vec<_> = self
            .by_id
            .values()
            .filter(|user| matches(&user.display_name, query) || matches(&user.username, query))
            .collect();
        found.sort_by_cached_key(|user| (user.display_name.to_lowercase(), user.user_id));
        found
    }
}

/// Whether a word of the text starts like the query, capitals aside. Every text matches nothing.
pub fn matches(text: &str, query: &str) -> bool {
    let query = query.trim().trim_start_matches(['@', '#']).to_lowercase();
    let text = text.to_lowercase();
    let inner = |c: char| !c.is_alphanumeric();
    text.starts_with(&query)
        || text.match_indices(inner).any(|(at, sign)| text[at + sign.len()..].starts_with(&query))
}

/// Who is typing where, each until a moment.
#[derive(Debug, Clone, Default)]
pub struct Typing {
    until: HashMap<(ChannelId, UserId), u64>,
}

impl Typing {
    /// The user types in the channel, as of `now` in milliseconds.
    pub fn began(&mut self, channel: ChannelId, user: UserId, now: u64) {
        self.until.insert((channel, user), now + TYPING_SHOWN_MS);
    }

    /// The user sent what was typed, or is gone.
    pub fn ended(&mut self, channel: ChannelId, user: UserId) -> bool {
        self.until.remove(&(channel, user)).is_some()
    }

    /// Forgets what is over. Tells whether anything was.
    pub fn expire(&mut self, now: u64) -> bool {
        let before = self.until.len();
        self.until.retain(|_, until| *until > now);
        self.until.len() != before
    }

    /// When the next one is over.
    pub fn next_expiry(&self) -> Option<u64> {
        self.until.values().min().copied()
    }

    /// Who types in the channel, in a steady order.
    pub fn who(&self, channel: ChannelId) -> Vec<UserId> {
        let here = self.until.keys().filter(|(at, _)| *at == channel);
        let mut users: Vec<_> = here.map(|(_, user)| *user).collect();
        users.sort();
        users
    }
}

/// "Aiko is typing", "Aiko and Mira are typing", "Several people are typing"; nothing for nobody.
pub fn typing_line(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => [one, " is typing"].concat(),
        [one, two] => [one, " and ", two, " are typing"].concat(),
        _ => "Several people are typing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: &str = "00000000-0000-0000-0000-000000000001";
    const USER: &str = "00000000-0000-0000-0000-000000000002";

    #[test]
    fn typing_is_over_after_six_seconds_or_with_the_message() {
        let (channel, user) = (CHANNEL.parse().unwrap(), USER.parse().unwrap());
        let mut typing = Typing::default();
        typing.began(channel, user, 1_000);
        assert_eq!(typing.who(channel), [user]);
        assert_eq!(typing.next_expiry(), Some(7_000));
        assert!(!typing.expire(6_999));
        assert!(typing.expire(7_000));
        typing.began(channel, user, 8_000);
        assert!(typing.ended(channel, user));
        assert!(typing.who(channel).is_empty());
    }

    #[test]
    fn the_typing_line_names_two_and_counts_no_further() {
        assert_eq!(typing_line(&[]), "");
        assert_eq!(typing_line(&["Aiko"]), "Aiko is typing");
        assert_eq!(typing_line(&["Aiko", "Mira"]), "Aiko and Mira are typing");
        assert_eq!(typing_line(&["a", "b", "c"]), "Several people are typing");
    }

    #[test]
    fn a_query_matches_the_start_of_any_word() {
        assert!(matches("Mira Okafor", "oka"));
        assert!(matches("mira.okafor", "@OKA"));
        assert!(!matches("Mira Okafor", "kaf"));
        assert!(matches("Mira", ""));
        assert!(matches("愛子", "愛"));
    }
}
