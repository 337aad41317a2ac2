//! Pages of messages, the raw log, and changing messages.

use super::extract::{Json, Limit, Path, Query};
use crate::actions::{messages, outcome};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::{Error, Result};
use crate::storage::pages::PageAt;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use shared::api::messages::{EditMessage, EventPage, MessagePage, PostMessage, Versions};
use shared::{ChannelId, ChatMessage, ErrorCode, MessageId, Seq, Timestamp, paths};
use utoipa::IntoParams;

/// Which page of messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The messages right before this seq.
    before: Option<Seq>,
    /// The messages right after this seq.
    after: Option<Seq>,
    /// The messages around this seq.
    around: Option<Seq>,
    /// The messages around the first one that is not older than this time.
    since: Option<Timestamp>,
    /// How many: 50 if left out, 200 at most.
    #[param(schema_with = super::openapi::limit::limit)]
    pub(super) limit: Option<Limit>,
}

impl PageQuery {
    pub(super) fn at(&self) -> Result<PageAt> {
        match (self.before, self.after, self.around, self.since) {
            (None, None, None, None) => Ok(PageAt::Newest),
            (Some(seq), None, None, None) => Ok(PageAt::Before(seq)),
            (None, Some(seq), None, None) => Ok(PageAt::After(seq)),
            (None, None, Some(seq), None) => Ok(PageAt::Around(seq)),
            (None, None, None, Some(at)) => Ok(PageAt::Since(at)),
            _ => Err(Error::new(
                ErrorCode::Malformed,
                "give at most one of `before`, `after`, `around` and `since`",
            )),
        }
    }
}

/// A page of folded messages, oldest first; the newest page if no place is named.
#[utoipa::path(get, path = paths::MESSAGES, tag = "messages", operation_id = "listMessages",
    params(("channelId" = ChannelId, Path, description = "the channel"), PageQuery),
    responses((status = 200, body = MessagePage)))]
pub async fn page(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
    Query(asked): Query<PageQuery>,
) -> Result<Reply<MessagePage>> {
    let limit = asked.limit.map(|limit| limit.0);
    Ok(Reply(messages::page(&app, caller, channel, asked.at()?, limit).await?))
}

/// Which part of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// The events right after this seq; from the first on if left out.
    #[serde(default)]
    after: Seq,
    /// How many: 1,000 if left out, and at most.
    #[param(schema_with = super::openapi::limit::limit)]
    limit: Option<Limit>,
}

/// The raw log, as the same frames that are sent live, without a gap.
#[utoipa::path(get, path = paths::EVENTS, tag = "messages", operation_id = "listEvents",
    params(("channelId" = ChannelId, Path, description = "the channel"), EventsQuery),
    responses((status = 200, body = EventPage)))]
pub async fn events(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
    Query(asked): Query<EventsQuery>,
) -> Result<Reply<EventPage>> {
    let limit = asked.limit.map(|limit| limit.0);
    Ok(Reply(messages::events(&app, caller, channel, asked.after, limit).await?))
}

/// Send a message.
///
/// Answered once it is on disk. With a nonce it is sent once, however often it is tried: a repeat
/// answers 200 with the original.
#[utoipa::path(post, path = paths::MESSAGES, tag = "messages", operation_id = "postMessage",
    request_body = PostMessage,
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("Idempotency-Key" = Option<String>, Header, description = "the nonce, for who would \
            rather not have it in the body: 1 to 64 visible ASCII characters"),
    ),
    responses(
        (status = 201, body = ChatMessage, description = "Sent, and on disk"),
        (status = 200, body = ChatMessage, description = "Sent before: the original"),
    ))]
pub async fn post(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(channel): Path<ChannelId>,
    headers: HeaderMap,
    Json(mut request): Json<PostMessage>,
) -> Result<(StatusCode, Reply<ChatMessage>)> {
    request.nonce = one_nonce(&headers, request.nonce)?;
    let stored = outcome(|done| messages::post(&app, caller, channel, request, done)).await?;
    let status = if stored.duplicate { StatusCode::OK } else { StatusCode::CREATED };
    // A repeated nonce answers with the original, which may stand in another channel.
    let message = messages::get(&app, caller, stored.channel_id, stored.message_id).await?;
    Ok((status, Reply(message)))
}

/// The nonce of the body or of the `Idempotency-Key` header; refused when the two differ.
pub(super) fn one_nonce(headers: &HeaderMap, in_body: Option<String>) -> Result<Option<String>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(in_body) };
    // What isn't ASCII is no nonce; the action's check says so.
    let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
    match in_body {
        Some(nonce) if nonce != key => {
            Err(Error::invalid("/nonce", "differs from the `Idempotency-Key` header"))
        }
        _ => Ok(Some(key)),
    }
}

/// One message, folded. A deleted one is its tombstone.
#[utoipa::path(get, path = paths::MESSAGE, tag = "messages", operation_id = "getMessage",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses((status = 200, body = ChatMessage)))]
pub async fn one(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Result<Reply<ChatMessage>> {
    Ok(Reply(messages::get(&app, caller, channel, message).await?))
}

/// Change the text of one's own message.
#[utoipa::path(patch, path = paths::MESSAGE, tag = "messages", operation_id = "editMessage",
    request_body = EditMessage,
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses(
        (status = 200, body = ChatMessage, description = "Changed, and on disk"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "It is deleted, or the nonce belongs to something else"),
    ))]
pub async fn edit(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
    headers: HeaderMap,
    Json(mut request): Json<EditMessage>,
) -> Result<Reply<ChatMessage>> {
    request.nonce = one_nonce(&headers, request.nonce)?;
    let stored =
        outcome(|done| messages::edit(&app, caller, channel, message, request, done)).await?;
    Ok(Reply(messages::get(&app, caller, stored.channel_id, stored.message_id).await?))
}

/// Delete a message; a tombstone stays.
#[utoipa::path(delete, path = paths::MESSAGE, tag = "messages", operation_id = "deleteMessage",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The nonce belongs to something else"),
    ))]
pub async fn delete(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    let nonce = one_nonce(&headers, None)?;
    outcome(|done| messages::delete(&app, caller, channel, message, nonce, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every text that a message had.
#[utoipa::path(get, path = paths::VERSIONS, tag = "messages", operation_id = "listVersions",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
    ),
    responses((status = 200, body = Versions)))]
pub async fn versions(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
) -> Result<Reply<Versions>> {
    Ok(Reply(messages::versions(&app, caller, channel, message).await?))
}

type OneReaction = Path<(ChannelId, MessageId, String)>;

/// Set a reaction. What is set stays set, and takes no seq again.
#[utoipa::path(put, path = paths::REACTION, tag = "messages", operation_id = "setReaction",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
        ("emoji" = String, Path, description = "one emoji, percent-encoded"),
    ),
    responses(
        (status = 204, description = "It is set"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The message is deleted or has 50 different reactions"),
        (status = 422, body = shared::Problem, content_type = "application/problem+json",
            description = "Not an emoji"),
    ))]
pub async fn react(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message, emoji)): OneReaction,
    headers: HeaderMap,
) -> Result<StatusCode> {
    set_reaction(&app, caller, (channel, message, emoji), &headers, true).await
}

/// Take a reaction back. What isn't set stays so.
#[utoipa::path(delete, path = paths::REACTION, tag = "messages", operation_id = "removeReaction",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message"),
        ("emoji" = String, Path, description = "one emoji, percent-encoded"),
    ),
    responses(
        (status = 204, description = "It is not set"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The message is deleted"),
        (status = 422, body = shared::Problem, content_type = "application/problem+json",
            description = "Not an emoji"),
    ))]
pub async fn unreact(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message, emoji)): OneReaction,
    headers: HeaderMap,
) -> Result<StatusCode> {
    set_reaction(&app, caller, (channel, message, emoji), &headers, false).await
}

async fn set_reaction(
    app: &AppHandle,
    caller: Caller,
    (channel, message, emoji): (ChannelId, MessageId, String),
    headers: &HeaderMap,
    on: bool,
) -> Result<StatusCode> {
    let nonce = one_nonce(headers, None)?;
    outcome(|done| messages::react(app, caller, channel, message, nonce, emoji, on, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(before: Option<Seq>, after: Option<Seq>, around: Option<Seq>) -> Result<PageAt> {
        PageQuery { before, after, around, since: None, limit: None }.at()
    }

    #[test]
    fn a_page_has_one_place_at_most() {
        assert_eq!(asked(None, None, None), Ok(PageAt::Newest));
        assert_eq!(asked(Some(7), None, None), Ok(PageAt::Before(7)));
        let both = asked(Some(7), Some(3), None);
        assert_eq!(both.map_err(|error| error.code), Err(ErrorCode::Malformed));
    }

    #[test]
    fn the_nonce_may_come_either_way_but_not_twice_differently() {
        let mut headers = HeaderMap::new();
        let n = |text: &str| Some(text.to_owned());
        assert_eq!(one_nonce(&headers, n("a")), Ok(n("a")));
        headers.insert("idempotency-key", "a".parse().unwrap());
        assert_eq!(one_nonce(&headers, None), Ok(n("a")));
        assert_eq!(one_nonce(&headers, n("a")), Ok(n("a")));
        let differ = one_nonce(&headers, n("b"));
        assert_eq!(differ.map_err(|error| error.code), Err(ErrorCode::Invalid));
    }
}
