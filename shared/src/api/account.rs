//! Signing up, logging in, oneself, one's clients, and looking people up.

use crate::json::Wire;
use crate::{ClientId, ClientInfo, Timestamp, UserId, UserInfo};
use serde::{Deserialize, Serialize};

/// `POST /api/user`: sign up.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignUp {
    /// The unique name, 1 to 64 characters; compared case-folded, in NFKC, and by its looks.
    pub username: String,
    /// 8 characters to 1,024 bytes. Without one the account lives on this client until one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The name to show, 1 to 80 characters; the user name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The invite's code, where sign-up needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<String>,
}

/// `POST /api/login`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogIn {
    /// The unique name.
    pub username: String,
    /// The password.
    pub password: String,
    /// What the list of clients shall call this one; the `User-Agent` if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// The answer to signing up and logging in: a new client and its token.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Who is logged in.
    pub user_id: UserId,
    /// The new client.
    pub client_id: ClientId,
    /// The unique name, as written at sign-up.
    pub username: String,
    /// The client's token, for `Authorization: Bearer`. Told once; only its hash is stored.
    pub token: String,
}

/// `GET /api/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Oneself.
    #[serde(flatten)]
    pub user: UserInfo,
    /// The client that asks.
    pub client_id: ClientId,
    /// Whether a password is set. Without one the account lives on this client alone.
    pub has_password: bool,
}

/// `PATCH /api/me`: what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateMe {
    /// The new name to show, 1 to 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The new password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The password until now; needed to change one that is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_password: Option<String>,
}

/// `POST /api/ticket`: opens one WebSocket, once, within 30 seconds.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// For `ticket=` in a WebSocket's URL.
    pub ticket: String,
    /// Until when it can be used.
    pub expires_at: Timestamp,
}

/// `GET /api/clients`: one's clients, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Clients {
    /// The clients.
    pub clients: Vec<ClientInfo>,
}

/// `GET /api/users`: users whose name or shown name has a word that starts like the query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Users {
    /// The users, by name.
    pub users: Vec<UserInfo>,
}

/// `GET /api/setup`: what the entrance needs to know before anyone is logged in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Setup {
    /// Whether nobody has signed up yet: the next one becomes the owner.
    pub first_visitor: bool,
    /// Who may sign up.
    pub signup: SignupPolicy,
}

/// Who may sign up. The first account always may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignupPolicy {
    /// Everyone who reaches the server.
    Open,
    /// Who has an invite.
    Invite,
    /// Nobody.
    Closed,
}
