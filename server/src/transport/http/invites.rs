//! Invites: making them, looking at them, taking them back.

use super::extract::{Json, Path};
use crate::actions::invites;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::invites::{CreateInvite, Invite, InviteFace, Invites};
use shared::paths;

/// Make an invite. All but guests may.
#[utoipa::path(post, path = paths::INVITES, tag = "invites", operation_id = "createInvite",
    request_body = CreateInvite,
    responses(
        (status = 201, body = Invite, description = "Made"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "100 hold already, or sign-up is closed"),
    ))]
pub async fn create(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<CreateInvite>,
) -> Result<(StatusCode, Reply<Invite>)> {
    Ok((StatusCode::CREATED, Reply(invites::create(&app, caller, request).await?)))
}

/// The invites that hold, newest first: one's own; all of them for the server's owner and admins.
#[utoipa::path(get, path = paths::INVITES, tag = "invites", operation_id = "listInvites",
    responses((status = 200, body = Invites)))]
pub async fn list(State(app): State<AppHandle>, caller: Caller) -> Result<Reply<Invites>> {
    Ok(Reply(invites::list(&app, caller).await?))
}

/// What who was given an invite may know before signing up.
///
/// One that is unknown, used up, expired or taken back: the same 404.
#[utoipa::path(get, path = paths::INVITE, tag = "invites", operation_id = "getInvite",
    security(()),
    params(("code" = String, Path, description = "the invite's code")),
    responses((status = 200, body = InviteFace)))]
pub async fn face(
    State(app): State<AppHandle>,
    Path(code): Path<String>,
) -> Result<Reply<InviteFace>> {
    Ok(Reply(invites::face(&app, code).await?))
}

/// Take an invite back, as who made it or an admin. Who came in with it stays.
#[utoipa::path(delete, path = paths::INVITE, tag = "invites", operation_id = "revokeInvite",
    params(("code" = String, Path, description = "the invite's code")),
    responses((status = 204, description = "Nobody comes in with it any more")))]
pub async fn revoke(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<StatusCode> {
    invites::revoke(&app, caller, code).await?;
    Ok(StatusCode::NO_CONTENT)
}
