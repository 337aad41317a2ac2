//! Roles on the whole server, accounts that are put out of use, and handing the server over. Roles in
//! channels are in `moderation.rs`.

use crate::actions::{accounts, outcome};
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::permission;
use crate::error::{Error, Result};
use shared::api::rights::HandOver;
use shared::{Role, UserId, UserInfo};

/// Changes what somebody may do on the whole server, from their next request on.
///
/// # Errors
/// `not_found` for an unknown user, `forbidden`, `conflict` for the owner's role, `rate_limited`, or
/// when storage can't be written.
pub async fn set(app: &App, caller: Caller, user_id: UserId, role: Role) -> Result<UserInfo> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.set_role(caller.user_id, user_id, role, at, done)).await?;
    accounts::user(app, caller, user_id).await
}

/// Puts an account out of use: its clients and sockets end at once, and it can't log in. Its name
/// stays taken, and what it said stays.
///
/// # Errors
/// `not_found` for an unknown user, `forbidden`, `conflict` for the owner, `rate_limited`, or when
/// storage can't be written.
pub async fn deactivate(app: &App, caller: Caller, user_id: UserId) -> Result<()> {
    put_out_of_use(app, caller, user_id, true).await
}

/// Puts an account back into use: it can log in again.
///
/// # Errors
/// As for [`deactivate`].
pub async fn reactivate(app: &App, caller: Caller, user_id: UserId) -> Result<()> {
    put_out_of_use(app, caller, user_id, false).await
}

async fn put_out_of_use(app: &App, caller: Caller, user_id: UserId, on: bool) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.deactivate(caller.user_id, user_id, on, at, done)).await
}

/// Hands the server over to another user; who asks, its owner until now, is an admin from then on.
///
/// # Errors
/// `not_found` for an unknown user, `forbidden` for who isn't the owner or doesn't know the
/// password, `conflict` for an account that is out of use, `rate_limited`, or when storage can't be
/// written.
pub async fn hand_over(app: &App, caller: Caller, request: HandOver) -> Result<UserInfo> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let account = app.storage.account(caller.user_id).await?.ok_or_else(Error::not_logged_in)?;
    permission::must_own(account.role)?;
    if let Some(hash) = &account.password_hash {
        let password = request.password.unwrap_or_default();
        if !app.passwords.verify(password, Some(hash.clone())).await? {
            return Err(Error::forbidden("your password is needed and must be right"));
        }
    }
    let (proven, user_id, at) = (account.password_hash, request.user_id, app.clock.now());
    let hand_over = |done| app.storage.hand_over(caller.user_id, proven, user_id, at, done);
    outcome(hand_over).await?;
    accounts::user(app, caller, user_id).await
}
