//! Read positions.

use super::extract::{Json, Path};
use crate::actions::channels;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use shared::api::channels::ReadPosition;
use shared::{ChannelId, paths};

/// "I have read up to here". Never moves back, is held at the head; answers where it stands.
#[utoipa::path(put, path = paths::READ, tag = "channels", operation_id = "markRead",
    request_body = ReadPosition,
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses((status = 200, body = ReadPosition)))]
pub async fn mark(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
    Json(request): Json<ReadPosition>,
) -> Result<Reply<ReadPosition>> {
    Ok(Reply(channels::mark_read(&app, caller, channel, request.seq).await?))
}
