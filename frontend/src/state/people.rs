//! Who is there: the users that the page knows by name, who is online, and who is typing where.
//! All of it is passing knowledge; the server is asked again after every start.

use super::order::by_text;
use super::text::lower;
use shared::limits::TYPING_SHOWN_MS;
use shared::map::HashMap;
use shared::{ChannelId, Role, UserId, UserInfo};

/// The users that are known so far.
#[derive(Debug, Clone, Default)]
pub struct People {
    by_id: HashMap<UserId, UserInfo>,
    /// Asked for, and not here yet.
    asked: Vec<UserId>,
}

impl People {
    /// Takes what the server says about a user. Tells whether a name or a presence changed.
    pub fn put(&mut self, user: UserInfo) -> bool {
        self.unask(user.user_id);
        let news = self.by_id.get(&user.user_id) != Some(&user);
        self.by_id.insert(user.user_id, user);
        news
    }

    /// A user came online or went offline. Tells whether that is news; of a user who isn't known
    /// it is none, since asking for one tells it too.
    pub fn set_online(&mut self, user: UserId, online: bool) -> bool {
        match self.by_id.get_mut(&user) {
            Some(user) if user.online != online => {
                user.online = online;
                true
            }
            Some(_) | None => false,
        }
    }

    /// Whether a socket of the user is open, as far as is known.
    pub fn is_online(&self, user: UserId) -> bool {
        self.by_id.get(&user).is_some_and(|user| user.online)
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
        let ask = !self.by_id.contains_key(&user) && !self.asked.contains(&user);
        if ask {
            self.asked.push(user);
        }
        ask
    }

    /// The question failed: it may be asked again.
    pub fn unask(&mut self, user: UserId) {
        self.asked.retain(|asked| *asked != user);
    }

    /// Everybody known whose name or user name has a word that starts like the query, by name.
    pub fn find(&self, query: &str) -> Vec<&UserInfo> {
        let found = self
            .by_id
            .values()
            .filter(|user| matches(&user.display_name, query) || matches(&user.username, query))
            .collect();
        by_text(found, |user: &&UserInfo| {
            let mut name = lower(&user.display_name);
            name.push_str(&user.user_id.to_string());
            name
        })
    }
}

/// Whether a word of the text starts like the query, capitals aside. Every text matches nothing.
pub fn matches(text: &str, query: &str) -> bool {
    let query = lower(query.trim().trim_start_matches(['@', '#']));
    let text = lower(text);
    let inner = |c: char| !c.is_alphanumeric();
    text.starts_with(&query)
        || text.match_indices(inner).any(|(at, sign)| text[at + sign.len()..].starts_with(&query))
}

/// Who is typing where, each until a moment.
#[derive(Debug, Clone, Default)]
pub struct Typing {
    /// Few at a time: who types is looked for one by one.
    until: Vec<(ChannelId, UserId, u64)>,
}

impl Typing {
    /// The user types in the channel, as of `now` in milliseconds.
    pub fn began(&mut self, channel: ChannelId, user: UserId, now: u64) {
        self.ended(channel, user);
        self.until.push((channel, user, now + TYPING_SHOWN_MS));
    }

    /// The user sent what was typed, or is gone.
    pub fn ended(&mut self, channel: ChannelId, user: UserId) -> bool {
        self.keep(|(at, who, _)| *at != channel || *who != user)
    }

    /// Forgets what is over. Tells whether anything was.
    pub fn expire(&mut self, now: u64) -> bool {
        self.keep(|(_, _, until)| *until > now)
    }

    fn keep(&mut self, keep: impl Fn(&(ChannelId, UserId, u64)) -> bool) -> bool {
        let before = self.until.len();
        self.until.retain(keep);
        self.until.len() != before
    }

    /// When the next one is over.
    pub fn next_expiry(&self) -> Option<u64> {
        self.until.iter().map(|(_, _, until)| *until).min()
    }

    /// Who types in the channel, in the order in which they began.
    pub fn who(&self, channel: ChannelId) -> Vec<UserId> {
        self.until.iter().filter(|(at, ..)| *at == channel).map(|(_, user, _)| *user).collect()
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
