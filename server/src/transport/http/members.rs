//! Memberships: making someone a member of a channel, joining, removing, leaving.

use super::extract::Path;
use crate::actions::channels;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use shared::{ChannelId, ChannelInfo, UserId, paths};

/// Make someone a member, or join a public channel oneself. Who is a member stays one.
#[utoipa::path(put, path = paths::MEMBER, tag = "channels", operation_id = "addMember",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "who becomes a member"),
    ),
    responses(
        (status = 200, body = ChannelInfo),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation stays as it is, and there are bounds"),
    ))]
pub async fn add(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Result<Reply<ChannelInfo>> {
    Ok(Reply(channels::add_member(&app, caller, channel, user).await?))
}

/// End a membership: one's own, or another's as the channel's creator.
#[utoipa::path(delete, path = paths::MEMBER, tag = "channels", operation_id = "removeMember",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "who is a member no longer"),
    ),
    responses(
        (status = 204, description = "No member any more"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation can't be left"),
    ))]
pub async fn remove(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Result<StatusCode> {
    channels::remove_member(&app, caller, channel, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
