//! One-time links to a new password, for who has lost theirs. The page doesn't read them.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// `POST /api/users/{userId}/reset`: a link, told once; only its hash is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reset {
    /// The code, for `POST /api/reset`.
    pub code: String,
    /// The path of the page where the new password is chosen; the server's address goes before.
    pub url: String,
    /// Until when it holds: a day. Another link, or another password, ends it before.
    pub expires_at: Timestamp,
}

/// `POST /api/reset`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UseReset {
    /// The code of the link.
    pub code: String,
    /// The new password, 8 characters to 1,024 bytes.
    pub password: String,
}
