//! The durable events of a channel: what takes a seq, is stored, replayed and folded. They are the
//! same JSON in a live frame, in a replay and in the raw log.

use crate::chat_message::is_false;
use crate::json::Wire;
use crate::{Attachment, ChannelId, Forwarded, MessageId, Preview, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A message was sent. This is the design's `Message {type, message}` as everyone receives it:
/// `{"type":"message","message":"hi", …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Where.
    pub channel_id: ChannelId,
    /// Its place in the channel's order.
    pub seq: Seq,
    /// The new message's id.
    pub message_id: MessageId,
    /// Who sent it.
    pub user_id: UserId,
    /// The sender's own id of the sending; the sender knows its message by it.
    pub nonce: String,
    /// When the server took it.
    pub sent_at: Timestamp,
    /// The text as written; empty in a replay once the message is deleted.
    pub message: String,
    /// The server's safe rendering; left out when it would only repeat the plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The message of the same channel that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The first message of the thread that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
    /// Whether a message of a thread is shown in the channel, too.
    #[serde(default, skip_serializing_if = "is_false")]
    pub also_in_channel: bool,
    /// Whether it tells what its author does (`/me`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub action: bool,
    /// Where it was forwarded from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// Its files; none in a replay once the message is deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// A message's text was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Edited {
    /// Where.
    pub channel_id: ChannelId,
    /// This event's place in the channel's order.
    pub seq: Seq,
    /// The changed message.
    pub message_id: MessageId,
    /// Who changed it.
    pub user_id: UserId,
    /// When.
    pub edited_at: Timestamp,
    /// The new text as written; empty in a replay once the message is deleted.
    pub message: String,
    /// The server's safe rendering; left out when it would only repeat the plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// A message was deleted; a tombstone stays, its text and reactions are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// Where.
    pub channel_id: ChannelId,
    /// This event's place in the channel's order.
    pub seq: Seq,
    /// The deleted message.
    pub message_id: MessageId,
    /// Who deleted it.
    pub user_id: UserId,
    /// When.
    pub deleted_at: Timestamp,
    /// The first message of the thread that it stood in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<MessageId>,
}

/// A user set or took back a reaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reacted {
    /// Where.
    pub channel_id: ChannelId,
    /// This event's place in the channel's order.
    pub seq: Seq,
    /// The message.
    pub message_id: MessageId,
    /// Who reacted.
    pub user_id: UserId,
    /// The emoji itself.
    pub emoji: String,
    /// Set (true) or taken back (false).
    pub on: bool,
}

/// A user became a member of the channel, or is one no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Where.
    pub channel_id: ChannelId,
    /// This event's place in the channel's order.
    pub seq: Seq,
    /// Whose membership changed.
    pub user_id: UserId,
    /// Became a member (true) or left or was removed (false).
    pub joined: bool,
}

/// A message was pinned to its channel, or is so no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pinned {
    /// Where.
    pub channel_id: ChannelId,
    /// This event's place in the channel's order.
    pub seq: Seq,
    /// The message.
    pub message_id: MessageId,
    /// Who did it.
    pub user_id: UserId,
    /// Pinned (true) or taken down (false).
    pub on: bool,
}

/// What a message's links lead to is known now, or shall be shown no longer. Who had read everything
/// before it has read it, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    /// Where.
    pub channel_id: ChannelId,
    /// This event's place in the channel's order.
    pub seq: Seq,
    /// The message.
    pub message_id: MessageId,
    /// The message's author, or who removed its previews.
    pub user_id: UserId,
    /// All its previews from now on; none in a replay once the message is deleted.
    pub previews: Vec<Preview>,
}

/// One durable event of a channel. On the wire the struct's fields with a `type` before them:
/// `message`, `edited`, `deleted`, `reacted`, `member`, `pinned` or `previewed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelEvent {
    /// A message was sent.
    Message(Message),
    /// A message's text was changed.
    Edited(Edited),
    /// A message was deleted.
    Deleted(Deleted),
    /// A reaction was set or taken back.
    Reacted(Reacted),
    /// A membership began or ended.
    Member(Member),
    /// A message was pinned or taken down.
    Pinned(Pinned),
    /// A message's previews are known, or were removed.
    Previewed(Previewed),
}

impl ChannelEvent {
    /// The event's place in its channel's order.
    pub fn seq(&self) -> Seq {
        match self {
            Self::Message(e) => e.seq,
            Self::Edited(e) => e.seq,
            Self::Deleted(e) => e.seq,
            Self::Reacted(e) => e.seq,
            Self::Member(e) => e.seq,
            Self::Pinned(e) => e.seq,
            Self::Previewed(e) => e.seq,
        }
    }

    /// The channel it happened in.
    pub fn channel_id(&self) -> ChannelId {
        match self {
            Self::Message(e) => e.channel_id,
            Self::Edited(e) => e.channel_id,
            Self::Deleted(e) => e.channel_id,
            Self::Reacted(e) => e.channel_id,
            Self::Member(e) => e.channel_id,
            Self::Pinned(e) => e.channel_id,
            Self::Previewed(e) => e.channel_id,
        }
    }
}
