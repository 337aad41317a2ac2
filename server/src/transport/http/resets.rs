//! One-time links to a new password.

use super::accounts::{device, logged_in};
use super::extract::{Json, Path};
use super::session::NotForeign;
use crate::actions::resets;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use crate::transport::Peer;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use shared::api::account::Session;
use shared::api::resets::{Reset, UseReset};
use shared::{UserId, paths};

/// Make a one-time link to a new password for somebody, as the owner or an admin.
#[utoipa::path(post, path = paths::USER_RESET, tag = "accounts", operation_id = "createReset",
    params(("userId" = UserId, Path, description = "who has lost their password")),
    responses(
        (status = 201, body = Reset, description = "The link, told once; it holds for a day"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A bot has no password"),
    ))]
pub async fn create(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<(StatusCode, Reply<Reset>)> {
    Ok((StatusCode::CREATED, Reply(resets::create(&app, caller, user).await?)))
}

/// Set a new password with a one-time link.
///
/// Every client of the user ends, every passkey goes, and who asks is logged in. A link that is unknown, used, replaced
/// or expired: the same 404.
#[utoipa::path(post, path = paths::RESET, tag = "accounts", operation_id = "useReset",
    security(()), request_body = UseReset,
    responses(
        (status = 200, body = Session, description = "Set, and logged in",
            headers(("Set-Cookie" = String, description = "the session cookie"))),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`cross_origin`"),
        (status = 404, body = shared::Problem, content_type = "application/problem+json",
            description = "The link holds no more, or never did"),
    ))]
pub async fn redeem(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
    _: NotForeign,
    Json(request): Json<UseReset>,
) -> Result<Response> {
    let session = resets::redeem(&app, peer.ip(), device(&headers), request).await?;
    Ok(logged_in(&app, StatusCode::OK, session))
}
