//! Keeping messages at hand: pinned for everyone in the channel, bookmarked for oneself.

use crate::actions::Done;
use crate::actions::messages::nonce_or_new;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::Result;
use crate::storage::events::Stored;
use crate::storage::pins::NewPin;
use shared::api::messages::MessageList;
use shared::limits::{LIST_DEFAULT, LIST_MAX};
use shared::{ChannelId, MessageId};

/// Pins a message to its channel, or takes it down. What is so already stays so and takes no seq.
///
/// # Errors
/// `invalid` and `rate_limited` at once; `not_found`, `conflict`, `storage_unavailable` through
/// `done`.
pub async fn pin(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    on: bool,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    let nonce = nonce_or_new(app, nonce, at)?;
    let new = NewPin { channel_id, message_id, user_id: caller.user_id, nonce, on, at };
    app.storage.pin(new, done).await
}

/// A channel's pinned messages, all of them, the newest first.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn pins(app: &App, caller: Caller, channel_id: ChannelId) -> Result<MessageList> {
    app.storage.pins(caller.user_id, channel_id).await
}

/// Remembers a message for oneself, or forgets it.
///
/// # Errors
/// `rate_limited` at once; `not_found`, `conflict`, `storage_unavailable` through `done`.
pub async fn bookmark(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    on: bool,
    done: Done<()>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    app.storage.bookmark(caller.user_id, channel_id, message_id, on, done).await
}

/// The messages that one remembers, the one remembered last first; of 20 by default and 100 at most.
///
/// # Errors
/// When storage can't be read.
pub async fn bookmarks(
    app: &App,
    caller: Caller,
    before: Option<u64>,
    limit: Option<usize>,
) -> Result<MessageList> {
    let limit = limit.unwrap_or(LIST_DEFAULT).clamp(1, LIST_MAX);
    app.storage.bookmarks(caller.user_id, before, limit).await
}
