//! One-time links to a new password: making one for who has lost theirs, and using it.
//!
//! A link ends when it is used, after a day, when another is made, and when the password is changed.
//! Logging in does not end it: it may have been made because somebody else knows the password.

use crate::actions::accounts::{check_password, new_client};
use crate::actions::outcome;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::secret;
use crate::error::{Error, Result};
use shared::api::account::Session;
use shared::api::resets::{Reset, UseReset};
use shared::limits::RESET_SECONDS;
use shared::{Timestamp, UserId, paths};
use std::net::IpAddr;

/// Makes a link to a new password for a user.
///
/// # Errors
/// `not_found` for the user, `forbidden` for others than the owner and admins, and of the owner for
/// admins, `conflict` for a bot, `rate_limited`, or when storage can't be written.
pub async fn create(app: &App, caller: Caller, user: UserId) -> Result<Reset> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let random =
        app.clock.random().map_err(|cause| Error::internal("the random source", &cause))?;
    let (code, at) = (secret::token(random), app.clock.now());
    let expires_at = Timestamp(at.0 + i64::try_from(RESET_SECONDS * 1000).unwrap_or(0));
    let hash = secret::token_hash(&code);
    let span = (at, expires_at);
    outcome(|done| app.storage.create_reset(caller.user_id, user, hash, span, done)).await?;
    Ok(Reset { url: paths::reset_page(&code), code, expires_at })
}

/// The name of who may set a new password with a link. It uses nothing up.
///
/// # Errors
/// `not_found` for a link that is unknown, used, replaced or expired, all alike, or when storage can't
/// be read.
pub async fn whose(app: &App, code: &str) -> Result<String> {
    let (username, _) = app.storage.reset_names(secret::token_hash(code), app.clock.now()).await?;
    Ok(username)
}

/// Sets a new password with a link, which is used up: every client of the user ends, every passkey
/// goes, and who asks is logged in.
///
/// # Errors
/// `not_found` for a link that is unknown, used, replaced or expired, all alike, `invalid` for the
/// password, `rate_limited`, or when storage can't be written.
pub async fn redeem(app: &App, from: IpAddr, device: &str, request: UseReset) -> Result<Session> {
    app.limiter.take(Limited::SignUp(from), app.clock.elapsed())?;
    let code = secret::token_hash(&request.code);
    let (username, display_name) = app.storage.reset_names(code, app.clock.now()).await?;
    check_password(&request.password, &[&username, &display_name])?;
    let hash = app.passwords.hash(request.password).await?;
    let (client, token) = new_client(app, device, app.clock.now())?;
    let client_id = client.client_id;
    let (user_id, username) =
        outcome(|done| app.storage.use_reset(code, hash, client, done)).await?;
    tracing::info!(%user_id, %client_id, "a link set a new password");
    Ok(Session { user_id, client_id, username, token })
}
