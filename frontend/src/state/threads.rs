//! Threads: the one on the screen, and where the user stands in those that are known.

use super::room::Room;
use shared::timeline::Timeline;
use shared::{ChannelId, MessageId, Seq, ThreadFrame};
use std::collections::HashMap;

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
    /// The last seq of it that the user has read.
    pub read: Seq,
    /// The seq of its newest message by somebody else, as far as that is known.
    pub last: Seq,
}

/// Where the user stands in the threads that were heard of.
#[derive(Debug, Clone, Default)]
pub struct Threads {
    by_root: HashMap<MessageId, Standing>,
}

impl Threads {
    /// Where the user stands in this one.
    pub fn get(&self, root: MessageId) -> Standing {
        self.by_root.get(&root).copied().unwrap_or_default()
    }

    /// The server told where the user stands. Tells whether that is new.
    pub fn told(&mut self, frame: &ThreadFrame) -> bool {
        let known = self.by_root.entry(frame.message_id).or_default();
        let before = *known;
        known.following = frame.following;
        known.read = known.read.max(frame.read_seq);
        *known != before
    }

    /// Somebody else wrote in a thread. Tells whether the user follows it.
    pub fn wrote(&mut self, root: MessageId, seq: Seq) -> bool {
        let known = self.by_root.entry(root).or_default();
        known.last = known.last.max(seq);
        known.following
    }

    /// The user has read up to here. Tells whether that is new.
    pub fn read(&mut self, root: MessageId, seq: Seq) -> bool {
        let known = self.by_root.entry(root).or_default();
        let grew = known.read < seq;
        known.read = known.read.max(seq);
        grew
    }

    /// How many followed threads hold something unread.
    pub fn unread(&self) -> usize {
        self.by_root.values().filter(|known| known.following && known.last > known.read).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T: std::str::FromStr>(n: u8) -> Option<T> {
        format!("00000000-0000-0000-0000-0000000000{n:02}").parse().ok()
    }

    #[test]
    fn a_thread_is_unread_while_it_is_followed_and_others_wrote_after_what_was_read() {
        let root: MessageId = id(1).unwrap();
        let channel_id = id(2).unwrap();
        let mut threads = Threads::default();
        threads.wrote(root, 7);
        assert_eq!(threads.unread(), 0, "not followed");
        let told =
            |read_seq, following| ThreadFrame { channel_id, message_id: root, following, read_seq };
        assert!(threads.told(&told(5, true)));
        assert_eq!(threads.unread(), 1);
        assert!(threads.read(root, 7) && !threads.read(root, 6));
        assert_eq!(threads.unread(), 0);
        threads.wrote(root, 9);
        threads.told(&told(5, false));
        assert_eq!(threads.unread(), 0, "followed no longer");
    }
}
