//! Passkeys: logging in with a device instead of a password (WebAuthn). The page doesn't read them.

use crate::{PasskeyId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// `POST /api/passkeys/options` and `POST /api/login/passkey/options`: what the browser is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyOptions {
    /// Goes back with the answer. Once, within five minutes.
    pub challenge_id: Uuid,
    /// For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub public_key: Value,
}

/// `POST /api/passkeys`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddPasskey {
    /// As it came with the options.
    pub challenge_id: Uuid,
    /// What the list shall call it, 1 to 80 characters.
    pub name: String,
    /// The browser's answer, as its `toJSON` gives it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
}

/// `POST /api/login/passkey`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogInWithPasskey {
    /// As it came with the options.
    pub challenge_id: Uuid,
    /// The browser's answer, as its `toJSON` gives it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub credential: Value,
}

/// One of one's passkeys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasskeyInfo {
    /// Its id.
    pub passkey_id: PasskeyId,
    /// What it is called.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

/// `GET /api/passkeys`: one's passkeys, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Passkeys {
    /// The passkeys.
    pub passkeys: Vec<PasskeyInfo>,
}
