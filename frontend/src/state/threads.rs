//! Threads: the one on the screen, and where the user stands in those that are known.

use super::room::Room;
use shared::api::messages::ListedMessage;
use shared::map::HashMap;
use shared::timeline::Timeline;
use shared::{ChannelId, Message, MessageId, Seq, ThreadFrame, Timestamp};

/// The thread on the screen.
#[derive(Debug, Clone)]
pub struct Thread {
    /// The channel that it is in.
    pub channel_id: ChannelId,
    /// Its first message.
    pub root: MessageId,
    /// Its messages, the first one included.
    pub room: Room,
}

impl Thread {
    /// A thread that holds nothing yet.
    pub fn new(channel_id: ChannelId, root: MessageId) -> Self {
        let room = Room { timeline: Timeline::of_thread(root), loading: true, ..Room::default() };
        Self { channel_id, root, room }
    }
}

/// Where the user stands in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether the user follows it.
    pub following: bool,
    /// The last seq of it that the user has read, here or elsewhere.
    pub read: Seq,
    /// How many messages of others the user has not read, as far as that is known.
    pub unread: u64,
    /// How far the server knows that the user has read.
    told: Seq,
    /// The seq of its newest message by somebody else, as far as that is known.
    last: Seq,
    /// When the newest message was sent that the server's own count holds.
    counted: Timestamp,
}

/// What a `thread` frame did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Whether anything is new.
    pub new: bool,
    /// How many are unread, only the server can say.
    pub recount: bool,
}

/// Where the user stands in the threads that were heard of.
#[derive(Debug, Clone, Default)]
pub struct Threads {
    by_root: HashMap<MessageId, (ChannelId, Standing)>,
}

impl Threads {
    /// Where the user stands in this one.
    pub fn get(&self, root: MessageId) -> Standing {
        self.by_root.get(&root).map(|(_, known)| *known).unwrap_or_default()
    }

    fn of(&mut self, channel: ChannelId, root: MessageId) -> &mut Standing {
        &mut self.by_root.entry(root).or_insert((channel, Standing::default())).1
    }

    /// The server told where the user stands.
    pub fn told(&mut self, frame: &ThreadFrame) -> Told {
        let known = self.of(frame.channel_id, frame.message_id);
        let before = *known;
        known.following = frame.following;
        known.told = known.told.max(frame.read_seq);
        known.read = known.read.max(frame.read_seq);
        let moved = known.read > before.read && known.unread > 0;
        if moved && known.last > 0 && known.read >= known.last {
            known.unread = 0;
        }
        let recount = known.following && (!before.following || moved && known.unread > 0);
        Told { new: *known != before, recount }
    }

    /// The server listed a thread that the user follows, with what is unread in it.
    pub fn listed(&mut self, item: &ListedMessage) {
        let (Some(unread), root) = (item.unread, &item.message) else { return };
        let known = self.of(root.channel_id, root.message_id);
        known.following = true;
        known.unread = unread;
        known.counted = root.last_reply_at.unwrap_or_default();
    }

    /// Somebody else wrote in a thread. Tells whether the user follows it.
    pub fn wrote(&mut self, root: MessageId, message: &Message) -> bool {
        let known = self.of(message.channel_id, root);
        let new = message.seq > known.last && message.seq > known.read;
        known.last = known.last.max(message.seq);
        // A replay brings what the server's count holds already.
        if new && message.sent_at > known.counted {
            known.unread += 1;
        }
        known.following
    }

    /// The user has read up to here. Tells whether that is new.
    pub fn read(&mut self, channel: ChannelId, root: MessageId, seq: Seq) -> bool {
        let known = self.of(channel, root);
        let grew = known.read < seq;
        known.read = known.read.max(seq);
        if known.read >= known.last {
            known.unread = 0;
        }
        grew
    }

    /// Its newest message has this seq.
    pub fn reaches(&mut self, channel: ChannelId, root: MessageId, seq: Seq) {
        let known = self.of(channel, root);
        known.last = known.last.max(seq);
    }

    /// What was read here and the server does not know of.
    pub fn untold(&self) -> Vec<(ChannelId, MessageId, Seq)> {
        let untold = self.by_root.iter().filter(|(_, (_, known))| known.read > known.told);
        untold.map(|(root, (channel, known))| (*channel, *root, known.read)).collect()
    }

    /// How many followed threads hold something unread.
    pub fn unread(&self) -> usize {
        self.by_root.values().filter(|(_, known)| known.following && known.unread > 0).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ChatMessage;

    fn id<T: std::str::FromStr>(n: u8) -> T {
        let parsed = format!("00000000-0000-0000-0000-0000000000{n:02}").parse().ok();
        parsed.expect("an id")
    }

    fn said(seq: Seq, at: i64) -> Message {
        Message {
            channel_id: id(2),
            seq,
            message_id: id(30),
            user_id: id(4),
            nonce: seq.to_string(),
            sent_at: Timestamp(at),
            message: "hi".to_owned(),
            html: None,
            reply_to: None,
            thread_root: Some(id(1)),
            also_in_channel: false,
            action: false,
            forwarded: None,
            attachments: Vec::new(),
        }
    }

    fn frame(read_seq: Seq, following: bool) -> ThreadFrame {
        ThreadFrame { channel_id: id(2), message_id: id(1), following, read_seq }
    }

    fn listed(unread: u64, last: i64) -> ListedMessage {
        let mut message = ChatMessage::from(said(3, 0));
        (message.message_id, message.thread_root) = (id(1), None);
        message.last_reply_at = Some(Timestamp(last));
        ListedMessage { message, marked: None, unread: Some(unread) }
    }

    #[test]
    fn a_thread_is_unread_while_it_is_followed_and_others_wrote_after_what_was_read() {
        let root: MessageId = id(1);
        let mut threads = Threads::default();
        threads.wrote(root, &said(7, 7));
        assert_eq!(threads.unread(), 0, "not followed");
        assert!(threads.told(&frame(5, true)).recount, "what was before, only the server knows");
        assert_eq!(threads.unread(), 1);
        assert!(threads.read(id(2), root, 7) && !threads.read(id(2), root, 6));
        assert_eq!(threads.unread(), 0);
        threads.wrote(root, &said(9, 9));
        threads.told(&frame(5, false));
        assert_eq!(threads.unread(), 0, "followed no longer");
    }

    #[test]
    fn what_the_server_counted_is_not_counted_again_by_a_replay() {
        let mut threads = Threads::default();
        threads.listed(&listed(2, 8));
        for (seq, at) in [(7, 7), (8, 8)] {
            threads.wrote(id(1), &said(seq, at));
        }
        assert_eq!(threads.get(id(1)).unread, 2);
        threads.wrote(id(1), &said(9, 9));
        threads.wrote(id(1), &said(9, 9));
        assert_eq!(threads.get(id(1)).unread, 3);
    }

    #[test]
    fn reading_on_another_device_clears_what_is_known_and_asks_where_it_is_not() {
        let mut threads = Threads::default();
        threads.listed(&listed(2, 8));
        assert_eq!(threads.told(&frame(6, true)), Told { new: true, recount: true });
        threads.wrote(id(1), &said(9, 9));
        assert_eq!(threads.told(&frame(9, true)), Told { new: true, recount: false });
        assert_eq!(threads.unread(), 0);
    }

    #[test]
    fn what_was_read_while_nobody_listened_is_told_later() {
        let mut threads = Threads::default();
        threads.wrote(id(1), &said(7, 7));
        threads.read(id(2), id(1), 7);
        assert_eq!(threads.untold(), [(id(2), id(1), 7)]);
        threads.told(&frame(7, true));
        assert!(threads.untold().is_empty());
    }
}
