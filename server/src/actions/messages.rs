//! Sending, changing and reading messages. A change is submitted with what shall happen once it is
//! on disk (`Done`): a socket pushes its `ack` then, a request answers.

use crate::actions::Done;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use crate::storage::events::{MessageChange, NewMessage, NewReaction, Stored};
use crate::storage::pages::PageAt;
use shared::api::messages::{EventPage, MessagePage};
use shared::limits::{EVENTS_PAGE_MAX, MESSAGE_MAX_BYTES, PAGE_DEFAULT, PAGE_MAX};
use shared::{ChannelId, ChatMessage, ErrorCode, MessageId, Seq, Timestamp, names};

/// Sends a message. Returns once there is room for it in the writer's queue; `done` is called once
/// it is on disk, or refused.
///
/// # Errors
/// `invalid`, `too_large` and `rate_limited` at once; everything else through `done`.
pub async fn post(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    nonce: Option<String>,
    message: String,
    reply_to: Option<MessageId>,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    check_text(&message)?;
    let at = app.clock.now();
    let new = NewMessage {
        channel_id,
        message_id: MessageId(app.clock.new_id(at)),
        user_id: caller.user_id,
        nonce: nonce_or_new(app, nonce, at)?,
        message,
        reply_to,
        sent_at: at,
    };
    app.storage.insert_message(new, done).await
}

/// Changes the text of one's own message.
///
/// # Errors
/// As for [`post`].
pub async fn edit(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    message: String,
    done: Done<Stored>,
) -> Result<()> {
    check_text(&message)?;
    change(app, caller, channel_id, message_id, nonce, Some(message), done).await
}

/// Deletes a message; a tombstone stays.
///
/// # Errors
/// As for [`post`].
pub async fn delete(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    done: Done<Stored>,
) -> Result<()> {
    change(app, caller, channel_id, message_id, nonce, None, done).await
}

async fn change(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    message: Option<String>,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    let nonce = nonce_or_new(app, nonce, at)?;
    let change =
        MessageChange { channel_id, message_id, user_id: caller.user_id, nonce, message, at };
    app.storage.change_message(change, done).await
}

/// Sets or takes back a reaction. What is so already stays so and takes no seq.
///
/// # Errors
/// As for [`post`].
#[expect(clippy::too_many_arguments, reason = "each is one field of the request")]
pub async fn react(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    emoji: String,
    on: bool,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    names::emoji(&emoji).map_err(|why| Error::invalid("/emoji", why))?;
    let at = app.clock.now();
    let nonce = nonce_or_new(app, nonce, at)?;
    let reaction =
        NewReaction { channel_id, message_id, user_id: caller.user_id, nonce, emoji, on, at };
    app.storage.react(reaction, done).await
}

fn check_text(message: &str) -> Result<()> {
    if message.len() > MESSAGE_MAX_BYTES {
        return Err(Error::new(
            ErrorCode::TooLarge,
            "the message is longer than 65,536 bytes; send it in parts",
        ));
    }
    names::message(message).map_err(|why| Error::invalid("/message", why))
}

fn nonce_or_new(app: &App, nonce: Option<String>, at: Timestamp) -> Result<String> {
    match nonce {
        Some(nonce) => {
            names::nonce(&nonce).map_err(|why| Error::invalid("/nonce", why))?;
            Ok(nonce)
        }
        None => Ok(app.clock.new_id(at).to_string()),
    }
}

/// One message, folded.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn get(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
) -> Result<ChatMessage> {
    app.storage.message(caller.user_id, channel_id, message_id).await
}

/// A page of folded messages, ascending; the newest by default, of 50 by default and 200 at most.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn page(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    at: PageAt,
    limit: Option<usize>,
) -> Result<MessagePage> {
    let limit = limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
    app.storage.page(caller.user_id, channel_id, at, limit).await
}

/// The raw log after a seq, ascending without a gap, at most 1,000 events.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn events(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    after: Seq,
    limit: Option<usize>,
) -> Result<EventPage> {
    let limit = limit.unwrap_or(EVENTS_PAGE_MAX).clamp(1, EVENTS_PAGE_MAX);
    app.storage.events(caller.user_id, channel_id, after, limit).await
}
