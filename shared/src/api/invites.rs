//! Invites: links with which people sign up where sign-up is not open to everyone. The page doesn't
//! read them.

use crate::{ChannelId, Role, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// `POST /api/invites`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateInvite {
    /// For how long it holds: a week if left out, a year at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u64>,
    /// How many people can come in with it: any number if left out, 10,000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// What they become: `member`, if left out, or `guest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The channels they become members of, 50 at most; each must be one to which who asks may add
    /// people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channel_ids: Vec<ChannelId>,
}

/// One invite, as who made it and admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// The code, for `invite` at sign-up.
    pub code: String,
    /// The path of the page for who has it; the server's address goes before.
    pub url: String,
    /// Who made it; left out for the program's own command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// How many people can come in with it; any number, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// How many did.
    pub used_count: u64,
    /// What they become.
    pub role: Role,
    /// The channels they become members of.
    pub channel_ids: Vec<ChannelId>,
}

/// `GET /api/invites`: newest first; one's own, or all for admins. Those that hold no more are left
/// out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invites {
    /// The invites.
    pub invites: Vec<Invite>,
}

/// `GET /api/invites/{code}`: what who was given an invite may know before signing up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InviteFace {
    /// The code.
    pub code: String,
    /// The shown name of who made it; left out for the program's own command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<String>,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What one becomes.
    pub role: Role,
}
