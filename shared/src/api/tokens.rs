//! Tokens of the API and bots, which come in with tokens alone. The page doesn't read them.

use crate::{ClientId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What a token may do, within what its user may. On the wire in snake_case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read, and open sockets.
    Read,
    /// Change something: send, edit, join, create.
    Write,
    /// Administer the server.
    Admin,
}

/// `POST /api/tokens` and `POST /api/bots/{userId}/tokens`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateToken {
    /// What it is for, 1 to 80 characters.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// For how long it holds: until it is taken back if left out, ten years at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u64>,
}

/// One token of the API, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// Its id: that of the client which it is, for `clientId` of sockets.
    pub token_id: ClientId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute; when it was made, if it never was.
    pub last_used_at: Timestamp,
    /// Until when it holds; until it is taken back, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewApiToken {
    /// The secret, for `Authorization: Bearer`. Told once; only its hash is stored.
    pub token: String,
    /// The rest of it.
    #[serde(flatten)]
    pub info: ApiToken,
}

/// `GET /api/tokens`: one's tokens, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApiTokens {
    /// The tokens.
    pub tokens: Vec<ApiToken>,
}

/// `POST /api/bots`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateBot {
    /// The unique name, 1 to 64 characters; compared as those of people are.
    pub username: String,
    /// The name to show, 1 to 80 characters; the user name if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// A bot: a user that is a program. It never logs in; it has tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bot {
    /// The user that it is.
    pub user_id: UserId,
    /// The unique name.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// Always true.
    pub bot: bool,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Its tokens, newest first.
    pub tokens: Vec<ApiToken>,
}

/// `GET /api/bots`: those that are in use, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bots {
    /// The bots.
    pub bots: Vec<Bot>,
}
