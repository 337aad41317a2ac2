//! Searching messages.

use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::search::query::{Facet, Query};
use crate::error::{Error, Result};
use crate::storage::search::Search;
use shared::ChannelId;
use shared::api::messages::MessageList;
use shared::limits::{LIST_DEFAULT, LIST_MAX};

/// A search as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What for, as `domain::search::query` tells.
    pub q: String,
    /// In this channel alone.
    pub channel_id: Option<ChannelId>,
    /// By this author alone: a user id, a user name, a shown name, or `me`.
    pub from: Option<String>,
    /// What the last page told for this one.
    pub before: Option<u64>,
    /// How many messages: 20 by default, 100 at most.
    pub limit: Option<usize>,
}

/// The messages that are found, newest first, each with the part that shows its hits, among those
/// that the caller may read.
///
/// # Errors
/// `invalid` for a search that is too long or names nothing, `not_found` for a channel,
/// `rate_limited`, or when storage can't be read.
pub async fn find(app: &App, caller: Caller, asked: Asked) -> Result<MessageList> {
    app.limiter.take(Limited::Search(caller.user_id), app.clock.elapsed())?;
    let query = Query::parse(&asked.q).map_err(|why| Error::invalid("/q", why))?;
    let author = |name: &str| {
        Facet::author(name).ok_or_else(|| Error::invalid("/from", "is empty: name an author"))
    };
    let search = Search {
        user_id: caller.user_id,
        query,
        channel_id: asked.channel_id,
        from: asked.from.as_deref().map(author).transpose()?,
        before: asked.before,
        limit: asked.limit.unwrap_or(LIST_DEFAULT).clamp(1, LIST_MAX),
    };
    app.storage.search(search).await
}
