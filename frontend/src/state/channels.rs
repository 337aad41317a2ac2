//! The channels that the user is a member of, what they are called, and what is unread in them.
//! The badge is computed here and nowhere else: head − read position.

use super::order::by_text;
use super::people::People;
use super::text::lower;
use shared::map::HashMap;
use shared::{ChannelId, ChannelInfo, ChannelKind, Seq, UserId};

/// A channel, as the rail and the bar show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// As the server told it last.
    pub info: ChannelInfo,
    /// The seq of its newest event.
    pub head: Seq,
    /// How far the user has read.
    pub read: Seq,
    /// How many unread messages mention the user.
    pub mentions: u64,
}

impl Channel {
    /// How much is unread.
    pub fn unread(&self) -> u64 {
        self.head.saturating_sub(self.read)
    }

    /// Whether only two people, or one, can ever be in it.
    pub fn is_direct(&self) -> bool {
        self.info.kind == ChannelKind::Direct
    }

    /// The members without oneself.
    pub fn others(&self, me: UserId) -> impl Iterator<Item = UserId> {
        self.info.user_ids.iter().copied().filter(move |user| *user != me)
    }

    /// The name of a room; of a conversation, the names of the other people in it.
    pub fn title(&self, people: &People, me: UserId) -> String {
        if let Some(name) = &self.info.name {
            return name.clone();
        }
        let mut names: Vec<&str> = self.others(me).map(|user| people.name(user)).collect();
        if names.is_empty() {
            return [people.name(me), " (you)"].concat();
        }
        if names.len() > 1 {
            // First names are enough where there are several.
            for name in &mut names {
                *name = name.split(' ').next().unwrap_or(name);
            }
        }
        names.join(", ")
    }
}

/// Every channel of the user.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    by_id: HashMap<ChannelId, Channel>,
}

impl Channels {
    /// The channel, if the user is a member of it.
    pub fn get(&self, id: ChannelId) -> Option<&Channel> {
        self.by_id.get(&id)
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.by_id.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Takes the whole list, as fetched. What came live since then is not undone.
    pub fn replace(&mut self, list: Vec<ChannelInfo>) {
        let mut old = std::mem::take(&mut self.by_id);
        for info in list {
            if let Some(known) = old.remove(&info.channel_id) {
                self.by_id.insert(known.info.channel_id, known);
            }
            self.put(info);
        }
    }

    /// Takes one channel. A frame about a change leaves out what is the user's own: that holds on.
    pub fn put(&mut self, info: ChannelInfo) {
        let id = info.channel_id;
        let old = self.by_id.get(&id);
        let head = info.head_seq.max(old.map_or(0, |old| old.head));
        let told = info.read_seq.unwrap_or(0);
        let read = told.max(old.map_or(0, |old| old.read));
        let mentions = match info.mentions {
            Some(mentions) if info.head_seq >= head && told >= read => mentions,
            _ => old.map_or(0, |old| old.mentions),
        };
        self.by_id.insert(id, Channel { info, head, read, mentions });
    }

    /// The user is no member any more, or the channel is gone.
    pub fn remove(&mut self, id: ChannelId) -> bool {
        self.by_id.remove(&id).is_some()
    }

    /// An event took this seq. Tells whether it is new.
    pub fn advance(&mut self, id: ChannelId, seq: Seq) -> bool {
        match self.by_id.get_mut(&id) {
            Some(channel) if channel.head < seq => {
                channel.head = seq;
                true
            }
            Some(_) | None => false,
        }
    }

    /// An unread message mentions the user.
    pub fn mention(&mut self, id: ChannelId) {
        if let Some(channel) = self.by_id.get_mut(&id) {
            channel.mentions += 1;
        }
    }

    /// An event that nobody has to read took this seq: who had read everything has so still.
    pub fn pass(&mut self, id: ChannelId, seq: Seq) {
        if let Some(channel) = self.by_id.get_mut(&id).filter(|channel| channel.read + 1 == seq) {
            channel.read = seq;
        }
    }

    /// The server counted what is unread and mentions the user, up to its head.
    pub fn counted(&mut self, id: ChannelId, read: Seq, mentions: u64) {
        if let Some(channel) = self.by_id.get_mut(&id).filter(|channel| channel.read <= read) {
            channel.mentions = mentions;
        }
    }

    /// The user has read up to here, on this or another device. Only grows. Tells whether it did.
    pub fn read(&mut self, id: ChannelId, seq: Seq) -> bool {
        match self.by_id.get_mut(&id) {
            Some(channel) if channel.read < seq => {
                channel.read = seq;
                if seq >= channel.head {
                    channel.mentions = 0;
                }
                true
            }
            Some(_) | None => false,
        }
    }

    /// The user wants this and what follows to count as unread again, on this page.
    pub fn unread_from(&mut self, id: ChannelId, seq: Seq) {
        if let Some(channel) = self.by_id.get_mut(&id) {
            channel.read = channel.read.min(seq.saturating_sub(1));
        }
    }

    /// Somebody came or went.
    pub fn member(&mut self, id: ChannelId, user: UserId, joined: bool) {
        if let Some(channel) = self.by_id.get_mut(&id) {
            channel.info.user_ids.retain(|known| *known != user);
            if joined {
                channel.info.user_ids.push(user);
            }
        }
    }

    /// The conversation of just the user and this other one, if there is one.
    pub fn direct_with(&self, me: UserId, other: UserId) -> Option<ChannelId> {
        let fits = |channel: &&Channel| {
            let mut others = channel.others(me);
            channel.is_direct()
                && match others.next() {
                    Some(user) => user == other,
                    None => other == me,
                }
        };
        self.iter().find(fits).map(|channel| channel.info.channel_id)
    }

    /// The rail: rooms by name, then conversations by name.
    pub fn rail(&self, people: &People, me: UserId) -> (Vec<&Channel>, Vec<&Channel>) {
        let title = |channel: &&Channel| {
            let mut title = lower(&channel.title(people, me));
            title.push_str(&channel.info.channel_id.to_string());
            title
        };
        let (mut rooms, mut talks) = (Vec::new(), Vec::new());
        for channel in by_text(self.iter().collect(), title) {
            let room = channel.info.kind == ChannelKind::Room;
            if room { rooms.push(channel) } else { talks.push(channel) }
        }
        (rooms, talks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{Timestamp, Visibility};

    fn user(n: u8) -> UserId {
        ["00000000-0000-0000-0000-0000000001", &n.to_string(), "0"].concat().parse().unwrap()
    }

    fn info(kind: ChannelKind, head: Seq, read: Option<Seq>, users: &[u8]) -> ChannelInfo {
        ChannelInfo {
            channel_id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            kind,
            name: None,
            topic: None,
            visibility: Visibility::Private,
            user_ids: users.iter().map(|n| user(*n)).collect(),
            created_by: user(1),
            created_at: Timestamp(0),
            head_seq: head,
            read_seq: read,
            unread: read.map(|read| head - read),
            mentions: read.map(|_| 1),
        }
    }

    #[test]
    fn a_change_without_a_read_position_keeps_what_is_known() {
        let mut channels = Channels::default();
        let first = info(ChannelKind::Room, 9, Some(4), &[1, 2]);
        let id = first.channel_id;
        channels.put(first);
        channels.put(info(ChannelKind::Room, 10, None, &[1, 2]));
        let channel = channels.get(id).unwrap();
        assert_eq!((channel.unread(), channel.mentions), (6, 1));
    }

    #[test]
    fn an_old_answer_does_not_bring_back_what_was_read_meanwhile() {
        let mut channels = Channels::default();
        let old = info(ChannelKind::Room, 9, Some(4), &[1, 2]);
        let id = old.channel_id;
        channels.put(old.clone());
        assert!(channels.advance(id, 12));
        assert!(channels.read(id, 12));
        channels.replace(vec![old]);
        let channel = channels.get(id).unwrap();
        assert_eq!((channel.head, channel.unread(), channel.mentions), (12, 0, 0));
        assert!(!channels.read(id, 3));
    }

    #[test]
    fn a_conversation_is_called_by_the_others() {
        let mut people = People::default();
        for (n, name) in [(1, "Elif Baran"), (2, "Mira Okafor"), (3, "Jonas Lind")] {
            people.put(shared::UserInfo {
                user_id: user(n),
                username: name.to_owned(),
                display_name: name.to_owned(),
                role: shared::Role::Member,
                online: false,
            });
        }
        let title = |users: &[u8]| {
            let mut channels = Channels::default();
            let new = info(ChannelKind::Group, 0, None, users);
            let id = new.channel_id;
            channels.put(new);
            channels.get(id).unwrap().title(&people, user(1))
        };
        assert_eq!(title(&[1, 2]), "Mira Okafor");
        assert_eq!(title(&[1, 2, 3]), "Mira, Jonas");
        assert_eq!(title(&[1]), "Elif Baran (you)");
    }
}
