//! Pins and bookmarks.

use super::extract::{Path, Query};
use super::messages::one_nonce;
use super::threads::ListQuery;
use crate::actions::{keeping, outcome};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use shared::api::messages::MessageList;
use shared::{ChannelId, MessageId, paths};

type One = Path<(ChannelId, MessageId)>;

/// A channel's pinned messages, all of them, the newest first.
#[utoipa::path(get, path = paths::PINS, tag = "messages", operation_id = "listPins",
    params(("channelId" = ChannelId, Path, description = "the channel")),
    responses((status = 200, body = MessageList)))]
pub async fn pins(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
) -> Result<Reply<MessageList>> {
    Ok(Reply(keeping::pins(&app, caller, channel).await?))
}

/// Pin a message to its channel. What is pinned stays pinned, and takes no seq again.
#[utoipa::path(put, path = paths::PIN, tag = "messages", operation_id = "pinMessage",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses(
        (status = 204, description = "It is pinned"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The message is deleted, or the channel has 100 pinned ones"),
    ))]
pub async fn pin(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): One,
    headers: HeaderMap,
) -> Result<StatusCode> {
    let nonce = one_nonce(&headers, None)?;
    outcome(|done| keeping::pin(&app, caller, channel, message, nonce, true, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a pinned message down.
#[utoipa::path(delete, path = paths::PIN, tag = "messages", operation_id = "unpinMessage",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses(
        (status = 204, description = "It is not pinned"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The message is deleted"),
    ))]
pub async fn unpin(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): One,
    headers: HeaderMap,
) -> Result<StatusCode> {
    let nonce = one_nonce(&headers, None)?;
    outcome(|done| keeping::pin(&app, caller, channel, message, nonce, false, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The messages that one remembers, the one remembered last first.
#[utoipa::path(get, path = paths::BOOKMARKS, tag = "messages", operation_id = "listBookmarks",
    params(ListQuery),
    responses((status = 200, body = MessageList)))]
pub async fn bookmarks(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<ListQuery>,
) -> Result<Reply<MessageList>> {
    let limit = asked.limit.map(|limit| limit.0);
    Ok(Reply(keeping::bookmarks(&app, caller, asked.before, limit).await?))
}

/// Remember a message for oneself.
#[utoipa::path(put, path = paths::BOOKMARK, tag = "messages", operation_id = "bookmarkMessage",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses(
        (status = 204, description = "It is remembered"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The message is deleted, or 5,000 are remembered"),
    ))]
pub async fn bookmark(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): One,
) -> Result<StatusCode> {
    outcome(|done| keeping::bookmark(&app, caller, channel, message, true, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forget a message that one remembered.
#[utoipa::path(delete, path = paths::BOOKMARK, tag = "messages", operation_id = "forgetMessage",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses((status = 204, description = "It is not remembered")))]
pub async fn forget(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): One,
) -> Result<StatusCode> {
    outcome(|done| keeping::bookmark(&app, caller, channel, message, false, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}
