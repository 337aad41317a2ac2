//! People, bots, and the clients they are logged in with.

use crate::json::Wire;
use crate::{ClientId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What a user may do on the whole server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The first account, or whom it handed the server to: may do everything.
    Owner,
    /// In charge of everybody but the owner and other admins, and of every channel it is in.
    Admin,
    /// Everybody else.
    Member,
    /// Sees and talks only where somebody made it a member.
    Guest,
}

/// A user as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserInfo {
    /// Whom this describes.
    pub user_id: UserId,
    /// The unique name, 1 to 64 characters.
    pub username: String,
    /// The name to show, 1 to 80 characters; the user name when none was chosen.
    pub display_name: String,
    /// What the user may do on the whole server.
    pub role: Role,
    /// Whether a socket of the user is open.
    pub online: bool,
}

/// One logged-in device or token of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClientInfo {
    /// The client's id. It names the client and never authenticates it.
    pub client_id: ClientId,
    /// The device as it described itself, at most 200 characters.
    pub device: String,
    /// When it logged in.
    pub created_at: Timestamp,
    /// When it was last seen, to the minute.
    pub last_used_at: Timestamp,
    /// Whether it is the client that asks.
    pub current: bool,
}
