//! Passkeys: adding, listing and removing them, and logging in with one.

use super::accounts::{device, logged_in};
use super::extract::{Json, Path};
use super::session::NotForeign;
use crate::actions::passkeys;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use crate::transport::Peer;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::api::account::Session;
use shared::api::passkeys::{AddPasskey, LogInWithPasskey, PasskeyInfo, PasskeyOptions, Passkeys};
use shared::{PasskeyId, paths};

fn host(headers: &HeaderMap) -> &str {
    headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// What the browser is asked for a new passkey.
#[utoipa::path(post, path = paths::PASSKEY_OPTIONS, tag = "accounts", operation_id = "passkeyOptions",
    responses(
        (status = 200, body = PasskeyOptions, description = "To answer once, within five minutes"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The server's name isn't known: it needs `--origin`"),
    ))]
pub async fn options(
    State(app): State<AppHandle>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Reply<PasskeyOptions>> {
    Ok(Reply(passkeys::addition(&app, caller, host(&headers)).await?))
}

/// Add the passkey that answers.
#[utoipa::path(post, path = paths::PASSKEYS, tag = "accounts", operation_id = "addPasskey",
    request_body = AddPasskey,
    responses(
        (status = 201, body = PasskeyInfo, description = "Added"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "It is there already, or 20 are"),
    ))]
pub async fn add(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<AddPasskey>,
) -> Result<(StatusCode, Reply<PasskeyInfo>)> {
    Ok((StatusCode::CREATED, Reply(passkeys::add(&app, caller, request).await?)))
}

/// One's passkeys, newest first.
#[utoipa::path(get, path = paths::PASSKEYS, tag = "accounts", operation_id = "listPasskeys",
    responses((status = 200, body = Passkeys)))]
pub async fn list(State(app): State<AppHandle>, caller: Caller) -> Result<Reply<Passkeys>> {
    Ok(Reply(passkeys::list(&app, caller).await?))
}

/// Remove one of one's passkeys.
#[utoipa::path(delete, path = paths::PASSKEY, tag = "accounts", operation_id = "removePasskey",
    params(("passkeyId" = PasskeyId, Path, description = "one's own passkey")),
    responses((status = 204, description = "Nobody logs in with it any more")))]
pub async fn remove(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(passkey): Path<PasskeyId>,
) -> Result<StatusCode> {
    passkeys::remove(&app, caller, passkey).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the browser is asked to log somebody in, whoever it is.
#[utoipa::path(post, path = paths::LOGIN_PASSKEY_OPTIONS, tag = "accounts",
    operation_id = "logInOptions", security(()),
    responses(
        (status = 200, body = PasskeyOptions, description = "To answer once, within five minutes"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`cross_origin`"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The server's name isn't known: it needs `--origin`"),
    ))]
pub async fn log_in_options(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
    _: NotForeign,
) -> Result<Reply<PasskeyOptions>> {
    Ok(Reply(passkeys::log_in_options(&app, peer.ip(), host(&headers))?))
}

/// Log in with a passkey, without a name.
#[utoipa::path(post, path = paths::LOGIN_PASSKEY, tag = "accounts", operation_id = "logInWithPasskey",
    security(()), request_body = LogInWithPasskey,
    responses(
        (status = 200, body = Session, description = "Logged in",
            headers(("Set-Cookie" = String, description = "the session cookie"))),
        (status = 401, body = shared::Problem, content_type = "application/problem+json",
            description = "`bad_credentials`"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`cross_origin`"),
    ))]
pub async fn log_in(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
    _: NotForeign,
    Json(request): Json<LogInWithPasskey>,
) -> Result<Response> {
    let session = passkeys::log_in(&app, peer.ip(), device(&headers), request).await?;
    Ok(logged_in(&app, StatusCode::OK, session))
}
