//! Pages of messages, the raw log, and changing messages by REST.

use crate::{ChannelEvent, ChatMessage, MessageId, Seq};
use serde::{Deserialize, Serialize};

/// `POST /api/channels/{channelId}/messages`. The `Idempotency-Key` header is the nonce, too.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PostMessage {
    /// The text, at most 65,536 bytes.
    pub message: String,
    /// The sender's own id, unique for ever among the user's: 1 to 64 visible ASCII characters. A
    /// repeat answers 200 with the original.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The message of the same channel that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
}

/// `PATCH /api/channels/{channelId}/messages/{messageId}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditMessage {
    /// The new text, at most 65,536 bytes.
    pub message: String,
    /// As for posting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}

/// `GET /api/channels/{channelId}/messages`: a page of folded messages, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
