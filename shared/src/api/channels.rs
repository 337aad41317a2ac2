//! Creating, listing and changing channels, and their read positions.

use crate::json::Wire;
use crate::{ChannelInfo, Seq, UserId, Visibility};
use serde::{Deserialize, Serialize};

/// `POST /api/create_channel`. Without a name and with exactly one other user it is the direct
/// conversation of the two, which exists once.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateChannel {
    /// The members beside the creator, at most 10,000; duplicates and the creator fold.
    pub user_ids: Vec<UserId>,
    /// The name, 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is about, at most 250 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who may find and join it; private if left out. Only rooms can be public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// `PATCH /api/channels/{channelId}`: what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateChannel {
    /// The new name of a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The new topic; an empty one removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Who may find and join it from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
}

/// `GET /api/channels`: mine, the one with the newest event first; or the public ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Channels {
    /// The channels.
    pub channels: Vec<ChannelInfo>,
}

/// `PUT /api/channels/{channelId}/read`: "I have read up to here". Never moves back, and is held
/// at the head; the answer says where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadPosition {
    /// The last seq that was read.
    pub seq: Seq,
}

/// `PUT /api/channels/{channelId}/retention`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetRetention {
    /// For how many days messages are kept, 1 to 3,650; null: as the server does.
    pub days: Option<u32>,
}

/// How long a channel keeps its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// The channel's own days, if it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The server's, for channels without; left out: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_days: Option<u32>,
}
