//! Threads: their pages, following them, and one's read position in them.

use super::extract::{Json, Limit, Path, Query};
use super::messages::PageQuery;
use crate::actions::{outcome, threads};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::api::channels::ReadPosition;
use shared::api::messages::{MessageList, ThreadPage};
use shared::{ChannelId, MessageId, paths};
use utoipa::IntoParams;

/// A page of the thread that a message begins, or stands in; the newest page if no place is named.
#[utoipa::path(get, path = paths::THREAD, tag = "threads", operation_id = "getThread",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "a message of the thread"),
        PageQuery,
    ),
    responses((status = 200, body = ThreadPage)))]
pub async fn page(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
    Query(asked): Query<PageQuery>,
) -> Result<Reply<ThreadPage>> {
    let (at, limit) = (asked.at()?, asked.limit.map(|limit| limit.0));
    Ok(Reply(threads::page(&app, caller, channel, message, at, limit).await?))
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// What the answer before said as `before`; from the beginning if left out.
    pub(super) before: Option<u64>,
    /// How many: 20 if left out, 100 at most.
    #[param(schema_with = super::openapi::limit::limit)]
    pub(super) limit: Option<Limit>,
}

/// The threads that one follows, the one with the newest message first.
#[utoipa::path(get, path = paths::THREADS, tag = "threads", operation_id = "listThreads",
    params(ListQuery),
    responses((status = 200, body = MessageList)))]
pub async fn list(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<ListQuery>,
) -> Result<Reply<MessageList>> {
    let limit = asked.limit.map(|limit| limit.0);
    Ok(Reply(threads::followed(&app, caller, asked.before, limit).await?))
}

/// Follow a thread.
#[utoipa::path(put, path = paths::FOLLOW, tag = "threads", operation_id = "followThread",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "a message of the thread"),
    ),
    responses((status = 204, description = "It is followed")))]
pub async fn follow(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Result<StatusCode> {
    outcome(|done| threads::follow(&app, caller, channel, message, true, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follow a thread no longer.
#[utoipa::path(delete, path = paths::FOLLOW, tag = "threads", operation_id = "unfollowThread",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "a message of the thread"),
    ),
    responses((status = 204, description = "It is not followed")))]
pub async fn unfollow(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Result<StatusCode> {
    outcome(|done| threads::follow(&app, caller, channel, message, false, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Move one's read position in a thread forward.
#[utoipa::path(put, path = paths::THREAD_READ, tag = "threads", operation_id = "markThreadRead",
    request_body = ReadPosition,
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "a message of the thread"),
    ),
    responses((status = 200, body = ReadPosition, description = "Where it stands")))]
pub async fn mark_read(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
    Json(position): Json<ReadPosition>,
) -> Result<Reply<ReadPosition>> {
    Ok(Reply(threads::mark_read(&app, caller, channel, message, position.seq).await?))
}
