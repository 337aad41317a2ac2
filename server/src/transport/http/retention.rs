//! How long a channel keeps its messages.

use super::extract::{Json, Path};
use crate::actions::retention;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use shared::api::channels::{Retention, SetRetention};
use shared::{ChannelId, paths};

/// How long a channel keeps its messages.
#[utoipa::path(get, path = paths::RETENTION, tag = "channels", operation_id = "getRetention",
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses((status = 200, body = Retention)))]
pub async fn get(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
) -> Result<Reply<Retention>> {
    Ok(Reply(retention::get(&app, caller, channel).await?))
}

/// Say how long a channel keeps its messages. Older ones are removed for good, with their files.
#[utoipa::path(put, path = paths::RETENTION, tag = "channels", operation_id = "setRetention",
    request_body = SetRetention,
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses(
        (status = 200, body = Retention),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "A direct conversation keeps messages as the server does"),
    ))]
pub async fn set(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
    Json(request): Json<SetRetention>,
) -> Result<Reply<Retention>> {
    Ok(Reply(retention::set(&app, caller, channel, request.days).await?))
}
