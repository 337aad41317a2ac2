//! URLs of the pages of one's own account, which the server draws, and of what they load.

use super::fill;

/// Oneself: the name to show and the password.
pub const SETTINGS_PAGE: &str = "/settings";
/// Where one is logged in.
pub const CLIENTS_PAGE: &str = "/settings/clients";
/// One's tokens of the API.
pub const TOKENS_PAGE: &str = "/settings/tokens";
/// One's passkeys.
pub const PASSKEYS_PAGE: &str = "/settings/passkeys";
/// Logging in with a passkey.
pub const PASSKEY_PAGE: &str = "/passkey";
/// What these pages load, under a version that is made of what is in it.
pub const SETTINGS_FILE: &str = "/settings/files/{version}/{name}";

/// What the pages of one's account load, as of this version.
pub fn settings_file(version: &str, name: &str) -> String {
    fill(SETTINGS_FILE, &[version, name])
}
