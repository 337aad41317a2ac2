//! A chat message as it stands now: its sending, edits, deletion and reactions folded into one.

use crate::{ChannelId, MessageId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// One message of a channel, folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// Which message.
    pub message_id: MessageId,
    /// Where it was said.
    pub channel_id: ChannelId,
    /// Its place in the channel's order.
    pub seq: Seq,
    /// Who said it.
    pub user_id: UserId,
    /// The text as written, at most 65,536 bytes; empty once deleted.
    pub message: String,
    /// The server's safe rendering; left out when it would only repeat the plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When the server took it.
    pub sent_at: Timestamp,
    /// When its text was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// When it was deleted; a tombstone stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// The message of the same channel that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Reactions, in the order in which each emoji first came.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
}

/// One emoji on a message and who set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// The emoji itself.
    pub emoji: String,
    /// Who set it, in the order in which they did; never empty.
    pub user_ids: Vec<UserId>,
}
