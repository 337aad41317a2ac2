//! Sending, changing and reading messages. A change is submitted with what shall happen once it is
//! on disk (`Done`): a socket pushes its `ack` then, a request answers. Threads are in `threads.rs`,
//! pins and bookmarks in `keeping.rs`.

use crate::actions::Done;
use crate::actions::rendering::{Rendered, render};
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use crate::storage::events::{Edit, MessageChange, NewMessage, NewReaction, Stored};
use crate::storage::pages::PageAt;
use shared::api::messages::{EditMessage, EventPage, MessagePage, PostMessage, Versions};
use shared::limits::{
    ATTACHMENTS_MAX, EVENTS_PAGE_MAX, MESSAGE_MAX_BYTES, PAGE_DEFAULT, PAGE_MAX, PREVIEWS_MAX,
};
use shared::{ChannelId, ChatMessage, ErrorCode, MessageId, Seq, Timestamp, UploadId, names};

/// Sends a message. Returns once there is room for it in the writer's queue; `done` is called once
/// it is on disk, or refused.
///
/// # Errors
/// `invalid`, `too_large` and `rate_limited` at once; everything else through `done`.
pub async fn post(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    new: PostMessage,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    check_parts(&new)?;
    let at = app.clock.now();
    let nonce = nonce_or_new(app, new.nonce, at)?;
    let Rendered { html, mentions, links } = render(app, caller, &new.message, true).await?;
    let done = app.previews.after(permitted_links(app, caller, links), done);
    let new = NewMessage {
        channel_id,
        message_id: MessageId(app.clock.new_id(at)),
        user_id: caller.user_id,
        nonce,
        message: new.message,
        html,
        mentions,
        reply_to: new.reply_to,
        thread_root: new.thread_root,
        also_in_channel: new.also_in_channel,
        action: new.action,
        attachment_ids: new.attachment_ids,
        repeated_ids: match new.forward {
            Some(_) => (0..ATTACHMENTS_MAX).map(|_| UploadId(app.clock.new_id(at))).collect(),
            None => Vec::new(),
        },
        forward: new.forward,
        sent_at: at,
    };
    app.storage.insert_message(new, done).await
}

/// As many of a text's links as are looked up for this user at the moment; of the others the message
/// has no previews.
fn permitted_links(app: &App, caller: Caller, mut links: Vec<String>) -> Vec<String> {
    links.truncate(PREVIEWS_MAX);
    let now = app.clock.elapsed();
    links.retain(|_| app.limiter.take(Limited::Preview(caller.user_id), now).is_ok());
    links
}

/// What a message may be put together of.
fn check_parts(new: &PostMessage) -> Result<()> {
    if new.attachment_ids.len() > ATTACHMENTS_MAX {
        return Err(Error::invalid("/attachmentIds", "names more than 10 uploads"));
    }
    if new.also_in_channel && new.thread_root.is_none() {
        return Err(Error::invalid("/alsoInChannel", "is for messages of a thread"));
    }
    if new.forward.is_some() {
        if !new.message.is_empty() || !new.attachment_ids.is_empty() || new.action {
            let why = "repeats a message and nothing else; say more in a message of its own";
            return Err(Error::invalid("/forward", why));
        }
        return Ok(());
    }
    if new.message.is_empty() && !new.attachment_ids.is_empty() {
        return Ok(());
    }
    check_text(&new.message)
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
    request: EditMessage,
    done: Done<Stored>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let EditMessage { message, nonce } = request;
    // Whether there are files that can stand without a text is known to storage.
    if !message.is_empty() {
        check_text(&message)?;
    }
    let Rendered { html, mentions, links } = render(app, caller, &message, false).await?;
    let done = app.previews.after(permitted_links(app, caller, links), done);
    let edit = Edit { message, html, mentions };
    change(app, caller, channel_id, message_id, nonce, Some(edit), done).await
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
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    change(app, caller, channel_id, message_id, nonce, None, done).await
}

async fn change(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
    nonce: Option<String>,
    edit: Option<Edit>,
    done: Done<Stored>,
) -> Result<()> {
    let at = app.clock.now();
    let nonce = nonce_or_new(app, nonce, at)?;
    let change = MessageChange { channel_id, message_id, user_id: caller.user_id, nonce, edit, at };
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

pub(super) fn nonce_or_new(app: &App, nonce: Option<String>, at: Timestamp) -> Result<String> {
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

/// Every text that a message had, the first one first; none once it is deleted.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn versions(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    message_id: MessageId,
) -> Result<Versions> {
    app.storage.versions(caller.user_id, channel_id, message_id).await
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
    Ok(app.storage.events(caller.user_id, channel_id, after, limit).await?.0)
}
