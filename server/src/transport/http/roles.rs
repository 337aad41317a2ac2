//! Roles on the whole server, accounts that are put out of use, and handing the server over.

use super::extract::{Json, Path};
use crate::actions::roles;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::rights::{HandOver, SetRole};
use shared::{UserId, UserInfo, paths};

/// Change what somebody may do on the whole server.
///
/// The owner makes anybody an admin, a member or a guest; an admin makes members guests and guests
/// members. Nobody changes their own role, and the owner stays until it hands the server over.
#[utoipa::path(put, path = paths::USER_ROLE, tag = "users", operation_id = "setRole",
    request_body = SetRole,
    params(("userId" = UserId, Path, description = "whose role")),
    responses(
        (status = 200, body = UserInfo),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "There is always one owner"),
    ))]
pub async fn set(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(user): Path<UserId>,
    Json(request): Json<SetRole>,
) -> Result<Reply<UserInfo>> {
    Ok(Reply(roles::set(&app, caller, user, request.role).await?))
}

/// Put an account out of use.
///
/// Its clients and sockets end at once, and it can't log in. Its name stays taken, and what it said
/// stays. For admins and the owner; only the owner does it with admins.
#[utoipa::path(put, path = paths::DEACTIVATION, tag = "users", operation_id = "deactivateUser",
    params(("userId" = UserId, Path, description = "whose account")),
    responses(
        (status = 204, description = "Out of use"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The owner can't be deactivated"),
    ))]
pub async fn deactivate(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode> {
    roles::deactivate(&app, caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put an account back into use: it can log in again.
#[utoipa::path(delete, path = paths::DEACTIVATION, tag = "users", operation_id = "reactivateUser",
    params(("userId" = UserId, Path, description = "whose account")),
    responses((status = 204, description = "In use"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The owner is never deactivated"),
    ))]
pub async fn reactivate(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode> {
    roles::reactivate(&app, caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hand the server over to another owner.
///
/// For the owner, with its password if one is set; it is an admin from then on.
#[utoipa::path(put, path = paths::OWNER, tag = "users", operation_id = "handOver",
    request_body = HandOver,
    responses(
        (status = 200, body = UserInfo, description = "The new owner"),
        (status = 404, body = shared::Problem, content_type = "application/problem+json",
            description = "`not_found`: there is no such user"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "Oneself, or an account that is out of use"),
    ))]
pub async fn hand_over(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<HandOver>,
) -> Result<Reply<UserInfo>> {
    Ok(Reply(roles::hand_over(&app, caller, request).await?))
}
