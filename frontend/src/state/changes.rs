//! What a step of the state changed, and what it wants done. Signals are notified by it, narrowly.

use shared::{ChannelId, MessageId, Seq, UserId};
use std::collections::BTreeMap;

/// Somebody else's message that came live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub channel_id: ChannelId,
    /// Who wrote it.
    pub user_id: UserId,
    /// What.
    pub text: String,
    /// Its place.
    pub seq: Seq,
    /// The thread on the screen, if it is to be seen there and not in the channel.
    pub thread: Option<MessageId>,
}

/// Something that only the network can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Replay these channels from these cursors.
    Resume(BTreeMap<ChannelId, Seq>),
    /// Load the newest page of the channel again.
    Reload(ChannelId),
    /// Tell the server how far the user has read.
    Read(ChannelId, Seq),
    /// Load the newest page of the thread on the screen again.
    Thread,
    /// Tell the server how far the user has read in a thread.
    ReadThread(ChannelId, MessageId, Seq),
    /// Ask what is unread in the threads that the user follows.
    Threads,
    /// Ask what the user remembers.
    Bookmarks,
    /// Fetch the list of channels again.
    Channels,
    /// Fetch a user.
    User(UserId),
    /// Send what waits.
    Flush,
    /// Everything missed is here.
    CaughtUp,
    /// Remove what the storage keeps of this nonce.
    Forget(String),
    /// Keep the entry of this nonce as it is now.
    Keep(String),
    /// Tell people what went wrong.
    Tell(String),
}

/// What a step of the state changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The list of channels, their names or their badges.
    pub channels: bool,
    /// A user's name or presence.
    pub people: bool,
    /// Who is typing.
    pub typing: bool,
    /// The rows of the open channel.
    pub rows: bool,
    /// The rows of the thread on the screen.
    pub thread: bool,
    /// Where the user stands in threads, what they remember, or what is pinned.
    pub kept: bool,
    /// How many wait in the outbox.
    pub outbox: bool,
    /// The files that no message carries yet.
    pub uploads: bool,
    /// The table of emoji, or which are remembered.
    pub emoji: bool,
    /// Messages that came live.
    pub arrivals: Vec<Arrival>,
    /// What the network shall do.
    pub wants: Vec<Want>,
}

impl Changes {
    /// Nothing but a wish.
    pub fn wanting(want: Want) -> Self {
        Self { wants: vec![want], ..Self::default() }
    }

    /// Adds what another step changed.
    pub fn merge(&mut self, other: Self) {
        self.channels |= other.channels;
        self.people |= other.people;
        self.typing |= other.typing;
        self.rows |= other.rows;
        self.thread |= other.thread;
        self.kept |= other.kept;
        self.outbox |= other.outbox;
        self.arrivals.extend(other.arrivals);
        self.wants.extend(other.wants);
    }
}
