//! Searching messages.

use super::extract::{Limit, Query};
use crate::actions::search;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::extract::State;
use serde::Deserialize;
use shared::api::messages::MessageList;
use shared::{ChannelId, paths};
use utoipa::IntoParams;

/// What is searched.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub struct SearchQuery {
    /// What for, at most 500 bytes: words, `"words in a row"`, `-without`, and operators.
    #[serde(default)]
    #[param(required = true)]
    q: String,
    /// In this channel alone.
    channel_id: Option<ChannelId>,
    /// By this author alone: a user id, a user name, a shown name, or `me`.
    from: Option<String>,
    /// The `before` of the last answer, for the next messages.
    before: Option<u64>,
    /// How many: 20 if left out, 100 at most.
    #[param(schema_with = super::openapi::limit::limit)]
    limit: Option<Limit>,
}

/// Search the messages that one may read, newest first.
///
/// All words must be there; the last one may be only begun, until a blank follows it. Case and
/// accents make no difference. `from:ada`, `from:"Mira Okafor"` and `from:me` ask for an author,
/// `in:general` for channels of this name, `has:link`, `has:code`, `has:image` and `has:file` for
/// what a message holds, `before:2026-11-01`, `after:2026-11` and `on:2026` for the days before,
/// after and within (UTC). A `-` before a word, a phrase, `from:`, `in:` and `has:` asks for the
/// others. What is no operator is words. `marked` is a part of the text as HTML, with the hits in
/// `<mark>` and no other element.
#[utoipa::path(get, path = paths::SEARCH, tag = "messages", operation_id = "searchMessages",
    params(SearchQuery),
    responses(
        (status = 200, body = MessageList),
        (status = 404, body = shared::Problem, content_type = "application/problem+json",
            description = "`not_found`: no such channel, or not visible to you"),
        (status = 422, body = shared::Problem, content_type = "application/problem+json",
            description = "`invalid`: `q` names nothing to look for or is too long"),
        (status = 429, body = shared::Problem, content_type = "application/problem+json",
            description = "`rate_limited`: come back after `Retry-After` seconds"),
    ))]
pub async fn find(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<SearchQuery>,
) -> Result<Reply<MessageList>> {
    let SearchQuery { q, channel_id, from, before, limit } = asked;
    let limit = limit.map(|limit| limit.0);
    let asked = search::Asked { q, channel_id, from, before, limit };
    Ok(Reply(search::find(&app, caller, asked).await?))
}
