//! Keeping order in a channel: who is in it as what, its moderators, bans and mutes.

use super::extract::{Json, Path};
use crate::actions::moderation;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use shared::api::rights::{Ban, Bans, Members, Mute, SetChannelRole};
use shared::{ChannelId, UserId, paths};

/// A channel's members, with what they may do in it.
#[utoipa::path(get, path = paths::MEMBERS, tag = "channels", operation_id = "listMembers",
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses((status = 200, body = Members)))]
pub async fn members(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
) -> Result<Reply<Members>> {
    Ok(Reply(moderation::members(&app, caller, channel).await?))
}

/// Make a member a moderator, or take that back.
///
/// For the channel's creator, admins and the owner. A moderator deletes messages of members, kicks,
/// mutes and bans them, and changes the topic.
#[utoipa::path(put, path = paths::MEMBER_ROLE, tag = "channels", operation_id = "setChannelRole",
    request_body = SetChannelRole,
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "the member"),
    ),
    responses(
        (status = 204, description = "So it is"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The creator stays in charge, a guest can't moderate, and a direct \
                conversation has no moderators"),
    ))]
pub async fn set_role(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
    Json(request): Json<SetChannelRole>,
) -> Result<StatusCode> {
    moderation::set_role(&app, caller, channel, user, request.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is kept out of a channel, the newest first. For who moderates it.
#[utoipa::path(get, path = paths::BANS, tag = "channels", operation_id = "listBans",
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses(
        (status = 200, body = Bans),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`forbidden`: only for who moderates the channel"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation has no moderators"),
    ))]
pub async fn bans(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
) -> Result<Reply<Bans>> {
    Ok(Reply(moderation::bans(&app, caller, channel).await?))
}

/// Keep somebody out of a channel, member or not.
///
/// For who moderates it, with whom is below them. A member is taken out at once. For who is banned
/// already, reason and end are new.
#[utoipa::path(put, path = paths::BAN, tag = "channels", operation_id = "ban",
    request_body = Ban,
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "who is kept out"),
    ),
    responses(
        (status = 204, description = "Kept out"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation has no moderators"),
    ))]
pub async fn ban(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
    Json(request): Json<Ban>,
) -> Result<StatusCode> {
    moderation::ban(&app, caller, channel, user, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody who is banned come back. It makes nobody a member.
#[utoipa::path(delete, path = paths::BAN, tag = "channels", operation_id = "unban",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "who may come back"),
    ),
    responses(
        (status = 204, description = "May come back"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation has no moderators"),
    ))]
pub async fn unban(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Result<StatusCode> {
    moderation::unban(&app, caller, channel, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a member only read, until a time or without an end.
///
/// For who moderates the channel, with whom is below them. It outlives leaving and coming back. For
/// who is muted already, the end is new.
#[utoipa::path(put, path = paths::MUTE, tag = "channels", operation_id = "mute",
    request_body = Mute,
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "the member"),
    ),
    responses(
        (status = 204, description = "May only read"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation has no moderators"),
    ))]
pub async fn mute(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
    Json(request): Json<Mute>,
) -> Result<StatusCode> {
    moderation::mute(&app, caller, channel, user, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody who is muted write again.
#[utoipa::path(delete, path = paths::MUTE, tag = "channels", operation_id = "unmute",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("userId" = UserId, Path, description = "who may write again"),
    ),
    responses(
        (status = 204, description = "May write"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation has no moderators"),
    ))]
pub async fn unmute(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, user)): Path<(ChannelId, UserId)>,
) -> Result<StatusCode> {
    moderation::unmute(&app, caller, channel, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
