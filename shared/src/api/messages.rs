//! Pages of messages, the raw log, and changing messages by REST.

use crate::chat_message::is_false;
use crate::json::Wire;
use crate::{ChannelEvent, ChatMessage, Forward, MessageId, Send, Seq, Timestamp, UploadId};
use serde::{Deserialize, Serialize};

/// `POST /api/channels/{channelId}/messages`. The `Idempotency-Key` header is the nonce, too.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PostMessage {
    /// The text, at most 65,536 bytes. May be empty with attachments or a forwarded message.
    #[serde(default)]
    pub message: String,
    /// The sender's own id, unique for ever among the user's: 1 to 64 visible ASCII characters. A
    /// repeat answers 200 with the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The message of the same channel that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of the thread that it shall stand in. One that stands in a thread itself
    /// means that thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// Whether a message of a thread is shown in the channel, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub also_in_channel: bool,
    /// Whether it tells what its author does (`/me`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub action: bool,
    /// One's own uploads that it carries, at most 10; each can be sent once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<UploadId>,
    /// A message to repeat here, with its origin. One must be able to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forward: Option<Forward>,
}

impl From<Send> for PostMessage {
    /// The frame says the same; where, is said beside it.
    fn from(frame: Send) -> Self {
        Self {
            message: frame.message,
            nonce: frame.nonce,
            reply_to: frame.reply_to,
            thread_root: frame.thread_root,
            also_in_channel: frame.also_in_channel,
            action: frame.action,
            attachment_ids: frame.attachment_ids,
            forward: frame.forward,
        }
    }
}

/// `PATCH /api/channels/{channelId}/messages/{messageId}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditMessage {
    /// The new text, at most 65,536 bytes. May be empty with attachments or a forwarded message.
    pub message: String,
    /// As for posting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// `GET /api/channels/{channelId}/messages`: a page of folded messages, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessagePage {
    /// The messages, ascending by seq. Every event up to `headSeq` is folded in.
    pub messages: Vec<ChatMessage>,
    /// The seq of the channel's newest event.
    pub head_seq: Seq,
    /// Whether there are older messages.
    pub has_before: bool,
    /// Whether there are newer messages.
    pub has_after: bool,
}

/// `GET /api/channels/{channelId}/events`: the raw log, as the same frames that are sent live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    /// The events, ascending by seq, without a gap.
    pub events: Vec<ChannelEvent>,
    /// The seq of the channel's newest event.
    pub head_seq: Seq,
}

/// What of the raw log tells where an event's message is shown: [`EventPage`], read by who needs no
/// more.
#[derive(Debug, Clone, PartialEq, Eq, Wire)]
pub struct Places {
    /// The events, ascending by seq, without a gap.
    pub events: Vec<PlacedEvent>,
}

/// Which message an event is about, and the thread that it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Wire)]
#[serde(rename_all = "camelCase")]
pub struct PlacedEvent {
    /// The message; None for who came and went.
    #[serde(default)]
    pub message_id: Option<MessageId>,
    /// The first message of its thread.
    #[serde(default)]
    pub thread_root: Option<MessageId>,
}

/// `GET …/messages/{messageId}/versions`: every text that a message had, the first one first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Versions {
    /// The versions; none once the message is deleted.
    pub versions: Vec<Version>,
}

/// One text that a message had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The text as written.
    pub message: String,
    /// The server's safe rendering; left out when it would only repeat the plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When it was sent, or changed to this.
    pub at: Timestamp,
}

/// Messages from one or many channels: pins, bookmarks, threads and what a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageList {
    /// The messages, in the order that the call tells.
    pub items: Vec<ListedMessage>,
    /// What to pass as `before` for the next ones; left out at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// A message in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ListedMessage {
    /// The message, folded.
    pub message: ChatMessage,
    /// For what a search found: a part of the text around the first hit, as HTML in which `<mark>`
    /// is the only element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked: Option<String>,
    /// For a thread: how many of its messages the asking user has not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<u64>,
}

/// `GET …/messages/{messageId}/thread`: a page of a thread, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThreadPage {
    /// The message that the thread began with.
    pub root: ChatMessage,
    /// Its messages, ascending by seq. Every event up to `headSeq` is folded in.
    pub messages: Vec<ChatMessage>,
    /// The seq of the channel's newest event.
    pub head_seq: Seq,
    /// Whether there are older messages.
    pub has_before: bool,
    /// Whether there are newer messages.
    pub has_after: bool,
    /// Whether the asking user follows the thread.
    pub following: bool,
    /// The last seq of the thread that the asking user has read.
    pub read_seq: Seq,
}
