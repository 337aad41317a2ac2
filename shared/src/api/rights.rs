//! Roles on the server and in channels, bans, mutes, and handing the server over. The page doesn't
//! read these.

use crate::{Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// `PUT /api/users/{userId}/role`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetRole {
    /// The new role. `owner` is refused: the owner hands the server over.
    pub role: Role,
}

/// `PUT /api/owner`: hands the server over. Who did so is an admin from then on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct HandOver {
    /// The new owner.
    pub user_id: UserId,
    /// The password of who hands over, if one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// What a member may do in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelRole {
    /// Created it, and stays in charge of it.
    Creator,
    /// Deletes messages of members, kicks, mutes and bans them, and changes the topic.
    Moderator,
    /// Everybody else.
    Member,
}

/// `PUT /api/channels/{channelId}/members/{userId}/role`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetChannelRole {
    /// `moderator` or `member`. Nobody becomes the creator.
    pub role: ChannelRole,
}

/// One member of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MemberInfo {
    /// Who.
    pub user_id: UserId,
    /// What they may do in the channel, whatever they may do on the server. In a direct
    /// conversation both are members.
    pub role: ChannelRole,
    /// Since when they are in it; left out where it was not written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Timestamp>,
    /// Whether they may only read.
    pub muted: bool,
    /// Until when they may only read; left out without an end, and for who isn't muted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
}

/// `GET /api/channels/{channelId}/members`, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Members {
    /// The members.
    pub members: Vec<MemberInfo>,
}

/// `PUT /api/channels/{channelId}/bans/{userId}`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ban {
    /// Why, at most 250 characters; shown to who moderates the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when; for ever if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// `PUT /api/channels/{channelId}/mutes/{userId}`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Mute {
    /// Until when; for ever if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// One who is kept out of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BanInfo {
    /// Who.
    pub user_id: UserId,
    /// By whom.
    pub banned_by: UserId,
    /// Since when.
    pub banned_at: Timestamp,
    /// Until when; left out without an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why; left out if that wasn't said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `GET /api/channels/{channelId}/bans`, the newest first. Bans that ended are not among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bans {
    /// Who is kept out.
    pub bans: Vec<BanInfo>,
}
