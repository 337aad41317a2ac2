//! Tokens of the API, and bots, which come in with tokens alone.

use super::extract::{Json, Path};
use crate::actions::{bots, tokens};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::tokens::{ApiTokens, Bot, Bots, CreateBot, CreateToken, NewApiToken};
use shared::{ClientId, UserId, paths};

/// Make a token of the API for oneself.
///
/// It may do what its scopes say, within what its user may. No token makes another one, nor changes
/// passwords, passkeys or clients.
#[utoipa::path(post, path = paths::TOKENS, tag = "tokens", operation_id = "createToken",
    request_body = CreateToken,
    responses(
        (status = 201, body = NewApiToken, description = "Made; the token is told once"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "There are 100 already"),
    ))]
pub async fn create(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<CreateToken>,
) -> Result<(StatusCode, Reply<NewApiToken>)> {
    let made = tokens::create(&app, caller, caller.user_id, request).await?;
    Ok((StatusCode::CREATED, Reply(made)))
}

/// One's tokens, newest first.
#[utoipa::path(get, path = paths::TOKENS, tag = "tokens", operation_id = "listTokens",
    responses((status = 200, body = ApiTokens)))]
pub async fn list(State(app): State<AppHandle>, caller: Caller) -> Result<Reply<ApiTokens>> {
    Ok(Reply(tokens::list(&app, caller).await?))
}

/// Take a token back, one's own or, as the owner or an admin, a bot's: it and its sockets end at once.
#[utoipa::path(delete, path = paths::TOKEN, tag = "tokens", operation_id = "revokeToken",
    params(("tokenId" = ClientId, Path, description = "the token")),
    responses((status = 204, description = "Ended")))]
pub async fn revoke(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(token): Path<ClientId>,
) -> Result<StatusCode> {
    tokens::revoke(&app, caller, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a bot, as the owner or an admin: a user that never logs in.
#[utoipa::path(post, path = paths::BOTS, tag = "tokens", operation_id = "createBot",
    request_body = CreateBot,
    responses(
        (status = 201, body = Bot, description = "Made; it needs a token now"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "`username_taken`, or there are 500 already"),
    ))]
pub async fn create_bot(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<CreateBot>,
) -> Result<(StatusCode, Reply<Bot>)> {
    Ok((StatusCode::CREATED, Reply(bots::create(&app, caller, request).await?)))
}

/// The bots that are in use, with their tokens, newest first.
#[utoipa::path(get, path = paths::BOTS, tag = "tokens", operation_id = "listBots",
    responses((status = 200, body = Bots)))]
pub async fn list_bots(State(app): State<AppHandle>, caller: Caller) -> Result<Reply<Bots>> {
    Ok(Reply(bots::list(&app, caller).await?))
}

/// Make a token for a bot, as the owner or an admin.
#[utoipa::path(post, path = paths::BOT_TOKENS, tag = "tokens", operation_id = "createBotToken",
    params(("userId" = UserId, Path, description = "the bot")),
    request_body = CreateToken,
    responses(
        (status = 201, body = NewApiToken, description = "Made; the token is told once"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "There are 100 already"),
    ))]
pub async fn create_bot_token(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(bot): Path<UserId>,
    Json(request): Json<CreateToken>,
) -> Result<(StatusCode, Reply<NewApiToken>)> {
    Ok((StatusCode::CREATED, Reply(tokens::create(&app, caller, bot, request).await?)))
}

/// Put a bot out of use, as the owner or an admin: its tokens end. What it wrote stays.
#[utoipa::path(delete, path = paths::BOT, tag = "tokens", operation_id = "removeBot",
    params(("userId" = UserId, Path, description = "the bot")),
    responses((status = 204, description = "Out of use")))]
pub async fn remove_bot(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(bot): Path<UserId>,
) -> Result<StatusCode> {
    bots::remove(&app, caller, bot).await?;
    Ok(StatusCode::NO_CONTENT)
}
