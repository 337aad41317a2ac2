//! Bots: making them and putting them out of use. Their tokens are in `tokens.rs`.

use crate::actions::outcome;
use crate::app::App;
use crate::domain::identity::{Caller, look_key, name_key};
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use crate::storage::accounts::NewUser;
use shared::api::tokens::{Bot, Bots, CreateBot};
use shared::{UserId, names};

/// Makes a bot: a user that never logs in.
///
/// # Errors
/// `invalid` for a name against the rules, `username_taken`, `forbidden` for others than the owner and
/// admins, `conflict` past 500, `rate_limited`, or when storage can't be written.
pub async fn create(app: &App, caller: Caller, request: CreateBot) -> Result<Bot> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let username = names::username(&request.username)
        .map_err(|why| Error::invalid("/username", why))?
        .to_owned();
    let display_name = match &request.display_name {
        Some(name) => {
            names::display_name(name).map_err(|why| Error::invalid("/displayName", why))?.to_owned()
        }
        None => username.clone(),
    };
    let now = app.clock.now();
    let user = NewUser {
        user_id: UserId(app.clock.new_id(now)),
        name_key: name_key(&username),
        look_key: look_key(&username),
        username,
        display_name,
        password_hash: None,
        invite: None,
        created_at: now,
    };
    outcome(|done| app.storage.create_bot(caller.user_id, user, done)).await
}

/// The bots that are in use, with their tokens.
///
/// # Errors
/// `forbidden` for others than the owner and admins, or when storage can't be read.
pub async fn list(app: &App, caller: Caller) -> Result<Bots> {
    Ok(Bots { bots: app.storage.bots(caller.user_id).await? })
}

/// Puts a bot out of use: its tokens and sockets end at once. What it wrote stays.
///
/// # Errors
/// `forbidden` for others than the owner and admins, `not_found` for what is no bot, `rate_limited`,
/// or when storage can't be written.
pub async fn remove(app: &App, caller: Caller, bot: UserId) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.remove_bot(caller.user_id, bot, at, done)).await
}
