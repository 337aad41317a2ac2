//! A channel as it is told on the wire. The live one, with its clients, is the server's.

use crate::json::Wire;
use crate::{ChannelId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What a channel is, decided when it is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// With a name.
    Room,
    /// The one conversation of two users (or of one with themself).
    Direct,
    /// Without a name, of more than two users.
    Group,
}

/// Who may find and join a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Members only; others are told it doesn't exist.
    #[default]
    Private,
    /// Everyone with an account.
    Public,
}

/// A channel, as one user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChannelInfo {
    /// Which channel.
    pub channel_id: ChannelId,
    /// What it is.
    pub kind: ChannelKind,
    /// The name of a room, 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about, 1 to 250 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who may find and join it.
    pub visibility: Visibility,
    /// The members, in the order in which they came.
    pub user_ids: Vec<UserId>,
    /// Who created it.
    pub created_by: UserId,
    /// When it was created.
    pub created_at: Timestamp,
    /// The seq of its newest event; 0 when there is none.
    pub head_seq: Seq,
    /// How far the asking user has read. Left out in `channel` frames about a change, which go to
    /// many users alike: what the receiver knew holds on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_seq: Option<Seq>,
    /// `headSeq` − `readSeq`. Left out where `readSeq` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<u64>,
    /// How many unread messages mention the asking user. Left out where `readSeq` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<u64>,
}
