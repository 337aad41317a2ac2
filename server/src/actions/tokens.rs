//! Tokens of the API: making them, for oneself and for bots, and taking them back.

use crate::actions::accounts::new_client;
use crate::actions::outcome;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::scopes::Scopes;
use crate::error::{Error, Result};
use crate::storage::tokens::NewToken;
use shared::api::tokens::{ApiToken, ApiTokens, CreateToken, NewApiToken};
use shared::limits::TOKEN_MAX_SECONDS;
use shared::{ClientId, Timestamp, UserId, names};

/// Makes a token for oneself, or for a bot.
///
/// # Errors
/// `invalid` for what is against the bounds, `forbidden` and `not_found` for what isn't a bot that
/// one may manage, `conflict` past 100, `rate_limited`, or when storage can't be written.
pub async fn create(
    app: &App,
    caller: Caller,
    user: UserId,
    request: CreateToken,
) -> Result<NewApiToken> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let name =
        names::display_name(&request.name).map_err(|why| Error::invalid("/name", why))?.to_owned();
    if request.scopes.is_empty() {
        return Err(Error::invalid("/scopes", "must name at least one of read, write and admin"));
    }
    if request.expires_in_seconds.is_some_and(|s| !(1..=TOKEN_MAX_SECONDS).contains(&s)) {
        let why = "must be from 1 to 315,360,000, which is ten years, or left out";
        return Err(Error::invalid("/expiresInSeconds", why));
    }
    let (scopes, now) = (Scopes::of(&request.scopes), app.clock.now());
    let expires_at = request
        .expires_in_seconds
        .map(|seconds| Timestamp(now.0 + i64::try_from(seconds * 1000).unwrap_or(0)));
    let (client, token) = new_client(app, &name, now)?;
    let info = ApiToken {
        token_id: client.client_id,
        name,
        scopes: scopes.list(),
        created_at: now,
        last_used_at: now,
        expires_at,
    };
    let new = NewToken { client, scopes, expires_at };
    outcome(|done| app.storage.create_token(caller.user_id, user, new, done)).await?;
    Ok(NewApiToken { token, info })
}

/// One's tokens, newest first.
///
/// # Errors
/// When storage can't be read.
pub async fn list(app: &App, caller: Caller) -> Result<ApiTokens> {
    Ok(ApiTokens { tokens: app.storage.tokens(caller.user_id).await? })
}

/// Takes a token back, one's own or a bot's: it and its sockets end at once.
///
/// # Errors
/// `not_found` for an unknown one and for another's, `rate_limited`, or when storage can't be
/// written.
pub async fn revoke(app: &App, caller: Caller, token: ClientId) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.revoke_token(caller.user_id, token, at, done)).await
}
