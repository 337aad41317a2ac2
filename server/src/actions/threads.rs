//! Threads: reading them, following them, and how far one has read. Writing in one is posting
//! (`messages.rs`).

use crate::actions::{Done, outcome};
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::Result;
use crate::storage::pages::PageAt;
use shared::api::channels::ReadPosition;
use shared::api::messages::{MessageList, ThreadPage};
use shared::limits::{LIST_DEFAULT, LIST_MAX, PAGE_DEFAULT, PAGE_MAX};
use shared::{ChannelId, MessageId, Seq};

/// A page of the thread that a message begins, or stands in; of 50 messages by default and 200 at
/// most.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn page(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    at: PageAt,
    limit: Option<usize>,
) -> Result<ThreadPage> {
    let limit = limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    app.storage.thread(caller.user_id, channel_id, message_id, at, limit).await
}

/// The threads that one follows, the one with the newest message first.
///
/// # Errors
/// When storage can't be read.
pub async fn followed(
    app: &App,
    caller: Caller,
    before: Option<u64>,
    limit: Option<usize>,
) -> Result<MessageList> {
    let limit = limit.unwrap_or(LIST_DEFAULT).clamp(1, LIST_MAX);
    app.storage.threads(caller.user_id, before, limit).await
}

/// Follows a thread, or does so no longer. Writing in it, being mentioned in it, or having written
/// its first message makes one follow it, until one says no.
///
/// # Errors
/// `rate_limited` at once; `not_found`, `storage_unavailable` through `done`.
pub async fn follow(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    on: bool,
    done: Done<()>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    app.storage.follow(caller.user_id, channel_id, message_id, on, done).await
}

/// Moves one's read position in a thread forward; never back, and never past the channel's head.
/// Answers where it stands.
///
/// # Errors
/// `not_found`, `rate_limited`, or when storage can't be written.
pub async fn mark_read(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    seq: Seq,
) -> Result<ReadPosition> {
    let seq = outcome(|done| submit_read(app, caller, channel_id, message_id, seq, done)).await?;
    Ok(ReadPosition { seq })
}

/// As [`mark_read`], for who doesn't wait.
///
/// # Errors
/// `rate_limited` at once; everything else through `done`.
pub async fn submit_read(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    seq: Seq,
    done: Done<Seq>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    app.storage.mark_thread_read(caller.user_id, channel_id, message_id, seq, done).await
}
