//! Creating, finding, changing and deleting channels. Members, messages and read positions have
//! files of their own.

use super::extract::{Json, Path, Query};
use crate::actions::channels;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use shared::api::channels::{Channels, CreateChannel, UpdateChannel};
use shared::{ChannelId, ChannelInfo, paths};
use utoipa::IntoParams;

/// Create a channel with its members.
///
/// With a name it is a room. Without one it is a conversation; with exactly one other user, the
/// direct one of the two, which exists once.
#[utoipa::path(post, path = paths::CREATE_CHANNEL, tag = "channels", operation_id = "createChannel",
    request_body = CreateChannel,
    responses(
        (status = 201, body = ChannelInfo, description = "Created",
            headers(("Location" = String, description = "the channel's path"))),
        (status = 200, body = ChannelInfo, description = "The direct conversation that was there"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "It contradicts what is there"),
    ))]
pub async fn create(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<CreateChannel>,
) -> Result<Response> {
    let created = channels::create(&app, caller, request).await?;
    if !created.new {
        return Ok(Reply(created.channel).into_response());
    }
    let location = paths::channel(created.channel.channel_id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Reply(created.channel)).into_response())
}

/// Which channels are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChannelsQuery {
    /// `true` lists the public channels, by name; otherwise one's own, the newest event first.
    #[serde(default)]
    discover: bool,
}

/// My channels, or the public ones.
#[utoipa::path(get, path = paths::CHANNELS, tag = "channels", operation_id = "listChannels",
    params(ChannelsQuery),
    responses((status = 200, body = Channels)))]
pub async fn list(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<ChannelsQuery>,
) -> Result<Reply<Channels>> {
    Ok(Reply(if asked.discover {
        channels::discover(&app, caller).await?
    } else {
        channels::mine(&app, caller).await?
    }))
}

/// One channel that one may see.
#[utoipa::path(get, path = paths::CHANNEL, tag = "channels", operation_id = "getChannel",
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses((status = 200, body = ChannelInfo)))]
pub async fn get(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
) -> Result<Reply<ChannelInfo>> {
    Ok(Reply(channels::get(&app, caller, channel).await?))
}

/// Change a channel's name, topic or visibility; what is left out stays.
#[utoipa::path(patch, path = paths::CHANNEL, tag = "channels", operation_id = "updateChannel",
    request_body = UpdateChannel,
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses(
        (status = 200, body = ChannelInfo),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A conversation has no name of its own"),
    ))]
pub async fn update(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
    Json(request): Json<UpdateChannel>,
) -> Result<Reply<ChannelInfo>> {
    Ok(Reply(channels::update(&app, caller, channel, request).await?))
}

/// Delete a channel with everything in it.
#[utoipa::path(delete, path = paths::CHANNEL, tag = "channels", operation_id = "deleteChannel",
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation stays"),
    ))]
pub async fn delete(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
) -> Result<StatusCode> {
    channels::delete(&app, caller, channel).await?;
    Ok(StatusCode::NO_CONTENT)
}
