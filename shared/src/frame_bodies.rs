//! The bodies of the frames: what stands beside `type`. Durable events have theirs in `event.rs`;
//! which `type` goes with which body, and how frames are read and written, is in `message.rs`.

use crate::chat_message::is_false;
use crate::json::Wire;
use crate::{ChannelId, ChannelInfo, ClientId, ErrorCode, MessageId, Seq, UploadId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$attr])* pub $field: $type,)* }
    )*};
}

bodies! {
    /// Client: send a message. The smallest is `{"type":"message","message":"hi"}` on a socket of
    /// one channel.
    #[derive(Default)]
    Send {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The sender's own id, unique for ever among the user's; the server makes one if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// The text, at most 65,536 bytes. May be empty with attachments or a forwarded message.
        #[serde(default)]
        message: String,
        /// The message of the same channel that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
        /// The first message of the thread that it shall stand in. One that stands in a thread
        /// itself means that thread.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread_root: Option<MessageId>,
        /// Whether a message of a thread is shown in the channel, too.
        #[serde(default, skip_serializing_if = "is_false")]
        also_in_channel: bool,
        /// Whether it tells what its author does (`/me`).
        #[serde(default, skip_serializing_if = "is_false")]
        action: bool,
        /// One's own uploads that it carries, at most 10.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attachment_ids: Vec<UploadId>,
        /// A message to repeat here, with its origin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forward: Option<Forward>,
    }

    /// Which message a new one repeats.
    Forward {
        /// Where it is.
        channel_id: ChannelId,
        /// Which message.
        message_id: MessageId,
    }

    /// Client: change the text of one's own message.
    Edit {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// The new text, at most 65,536 bytes. May be empty with attachments or a forwarded message.
        message: String,
    }

    /// Client: delete a message.
    Delete {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
    }

    /// Client: set or take back a reaction. Answered by `ack` only if it names a nonce.
    React {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// One emoji.
        emoji: String,
        /// Set (true) or take back (false).
        on: bool,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
    }

    /// Client: pin a message to its channel, or take it down. Answered by `ack` only if it names a
    /// nonce.
    Pin {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// Pin (true) or take down (false).
        on: bool,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
    }

    /// Client: remember a message for oneself, or forget it. The user's own sockets hear
    /// `bookmarked`.
    Bookmark {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// Remember (true) or forget (false).
        on: bool,
    }

    /// Client: follow a thread, or follow it no longer. The user's own sockets hear `thread`.
    Follow {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The first message of the thread.
        message_id: MessageId,
        /// Follow (true) or not (false).
        on: bool,
    }

    /// Client: show no previews of one's own message's links. Answered by `ack` only if it names a
    /// nonce.
    RemovePreviews {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
    }

    /// Client: "I have read up to here". Never moves back; held at the head.
    #[derive(Default)]
    Read {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The first message of the thread that was read; the channel itself if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thread_root: Option<MessageId>,
        /// The last seq that was read.
        seq: Seq,
    }

    /// Client: "I am typing here". Holds true for six seconds.
    Typing {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
    }

    /// Client: replay everything after these positions.
    Resume {
        /// The last seq the client holds, for each channel it wants caught up.
        cursors: BTreeMap<ChannelId, Seq>,
    }

    /// Client: is anybody there?
    Ping {
        /// Any number; the `pong` carries it back.
        #[serde(default)]
        at: i64,
    }

    /// Server: the answer to `ping`.
    Pong {
        /// The number of the `ping`.
        at: i64,
    }

    /// Server: the first frame on every socket.
    Welcome {
        /// Who is logged in.
        user_id: UserId,
        /// With which client.
        client_id: ClientId,
        /// Which life of the history this is; another one than before (a restored backup) means
        /// that cursors don't hold any more.
        epoch: String,
        /// Seconds between two heartbeats.
        heartbeat_seconds: u64,
        /// The channels of this socket. What is newer than their `headSeq` arrives by itself.
        channels: Vec<Cursor>,
    }

    /// How far a channel has come and how far the user has read, in a `welcome`.
    Cursor {
        /// Which channel.
        channel_id: ChannelId,
        /// The seq of its newest event.
        head_seq: Seq,
        /// How far the user has read.
        read_seq: Seq,
        /// How many messages up to `headSeq` mention the user and are unread; left out when none do.
        #[serde(default, skip_serializing_if = "is_zero")]
        mentions: u64,
    }

    /// Server: a channel appeared, changed or is gone.
    ChannelFrame {
        /// Which channel.
        channel_id: ChannelId,
        /// What happened.
        change: ChannelChange,
        /// The channel as it is now; left out when it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelInfo>,
    }

    /// Server: what the client asked for is on disk.
    Ack {
        /// Where.
        channel_id: ChannelId,
        /// The nonce of what is acknowledged.
        nonce: String,
        /// The seq that it took.
        seq: Seq,
        /// The message that it made or changed.
        message_id: MessageId,
        /// Whether it was on disk before: this is the original's answer.
        duplicate: bool,
    }

    /// Server: what the client asked for was refused; nothing was changed.
    Rejected {
        /// The nonce of what was refused, if it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// The stable word for programs.
        code: ErrorCode,
        /// What to do about it, for a person.
        message: String,
        /// After how many milliseconds it may be tried again, where waiting helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    }

    /// Server: the replay is complete.
    CaughtUp {
        /// Where.
        channel_id: ChannelId,
        /// The last seq that was replayed.
        seq: Seq,
    }

    /// Server: load the newest page again.
    Reset {
        /// Where.
        channel_id: ChannelId,
        /// Why.
        reason: ResetReason,
        /// The seq of the channel's newest event.
        head_seq: Seq,
    }

    /// Server: a user's read position moved.
    ReadFrame {
        /// Where.
        channel_id: ChannelId,
        /// Whose.
        user_id: UserId,
        /// The last seq that was read.
        seq: Seq,
    }

    /// Server, to the user's own sockets: where they stand in a thread.
    ThreadFrame {
        /// Where.
        channel_id: ChannelId,
        /// The first message of the thread.
        message_id: MessageId,
        /// Whether they follow it.
        following: bool,
        /// The last seq of the thread that they have read.
        read_seq: Seq,
    }

    /// Server, to the user's own sockets: they remember a message, or forgot it.
    BookmarkedFrame {
        /// Where.
        channel_id: ChannelId,
        /// The message.
        message_id: MessageId,
        /// Remembered (true) or forgotten (false).
        on: bool,
    }

    /// Server: a user is typing.
    TypingFrame {
        /// Where.
        channel_id: ChannelId,
        /// Who.
        user_id: UserId,
    }

    /// Server: a user came online or went offline.
    PresenceFrame {
        /// Who.
        user_id: UserId,
        /// Whether a socket of theirs is open.
        online: bool,
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference; 32 bits allow it")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What happened to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelChange {
    /// It is new to you: created, or you became a member.
    Created,
    /// Its name, topic or visibility changed.
    Updated,
    /// It is gone, or you are no member any more.
    Deleted,
}

/// Why a replay can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// More than 1,000 events behind.
    TooFar,
    /// The cursor is from another life of this history.
    Epoch,
}
