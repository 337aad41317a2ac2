//! What can be done with a message beside writing it: pinning, remembering, passing on, following
//! its thread, copying it, and looking at what it was.

use super::{Ctx, Dialog};
use crate::browser::{clipboard, random};
use crate::net::rest::{self, Failure};
use crate::state::Changes;
use crate::state::rows::{Gist, Row};
use leptos::task::spawn_local;
use shared::api::channels::CreateChannel;
use shared::api::messages::Version;
use shared::{Attachment, ChannelId, Forward, MessageId, UserId};

/// Pins a message, or takes it down.
pub fn pin(ctx: Ctx, channel: ChannelId, message: MessageId, on: bool) {
    spawn_local(async move {
        ctx.check(rest::messages::pin(channel, message, on).await);
    });
}

/// Remembers a message for oneself, or forgets it.
pub fn bookmark(ctx: Ctx, channel: ChannelId, message: MessageId, on: bool) {
    spawn_local(async move {
        if ctx.check(rest::messages::bookmark(channel, message, on).await).is_some() {
            ctx.ui.toast(if on { "Bookmarked" } else { "Bookmark removed" }, false);
        }
    });
}

/// Follows the thread of a message, or does so no longer.
pub fn follow(ctx: Ctx, channel: ChannelId, message: MessageId, on: bool) {
    spawn_local(async move {
        if ctx.check(rest::messages::follow(channel, message, on).await).is_some() {
            let text = if on { "You follow this thread" } else { "You follow it no longer" };
            ctx.ui.toast(text, false);
        }
    });
}

/// Removes the previews of one's own message.
pub fn remove_previews(ctx: Ctx, channel: ChannelId, message: MessageId) {
    spawn_local(async move {
        ctx.check(rest::messages::remove_previews(channel, message).await);
    });
}

/// Copies a text; `what` names it in the note about it.
pub fn copy(ctx: Ctx, text: String, what: &'static str) {
    spawn_local(async move {
        if clipboard::copy(&text).await {
            ctx.ui.toast(&[what, " copied"].concat(), false);
        } else {
            ctx.complain("This browser does not let pages copy. Select it and copy by hand.");
        }
    });
}

/// Asks where a message shall be passed on to.
pub fn begin_forward(ctx: Ctx, channel: ChannelId, row: &Row) {
    if let Some(message_id) = row.message_id {
        let shown = Gist { seq: 0, author: row.author, text: row.gist() };
        ctx.ui.open(Dialog::Forward(Forward { channel_id: channel, message_id }, shown));
    }
}

/// Passes a message on to a channel, or to somebody with whom a conversation begins if there is
/// none. True once it is there.
pub async fn forward(ctx: Ctx, message: Forward, to: Result<ChannelId, UserId>) -> bool {
    let known = |user| ctx.store.read(|state| state.channels.direct_with(state.me, user));
    let channel = match to.map_err(|user| known(user).ok_or(user)) {
        Ok(channel) | Err(Ok(channel)) => channel,
        Err(Err(user)) => {
            let body = CreateChannel { user_ids: vec![user], ..CreateChannel::default() };
            let Some(info) = ctx.check(rest::create_channel(&body).await) else { return false };
            let channel = info.channel_id;
            ctx.store.write(|state| {
                state.channels.put(info);
                Changes { channels: true, ..Changes::default() }
            });
            channel
        }
    };
    let sent = rest::messages::forward(channel, message, random::nonce()).await;
    let sent = ctx.check(sent).is_some();
    if sent {
        let title = ctx.store.read(|state| state.title(channel));
        ctx.ui.toast(&["Forwarded to ", &title].concat(), false);
    }
    sent
}

/// Every text that a message had, the newest first.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn versions(channel: ChannelId, message: MessageId) -> Result<Vec<Version>, Failure> {
    let mut versions = rest::messages::versions(channel, message).await?.versions;
    versions.reverse();
    Ok(versions)
}

/// Fetches a message that is answered and not in the window, once.
pub fn find_answered(ctx: Ctx, channel: ChannelId, message: MessageId) {
    let mut asked = false;
    ctx.store.write(|state| {
        asked = state.gists.contains_key(&message);
        if state.gists.len() > GISTS_MAX {
            state.gists.clear();
        }
        state.gists.entry(message).or_insert(None);
        Changes::default()
    });
    if asked {
        return;
    }
    spawn_local(async move {
        let found = rest::messages::one(channel, message).await;
        ctx.store.write(|state| {
            let mut changes = Changes { rows: true, thread: true, ..Changes::default() };
            match found {
                Ok(found) => {
                    state.ask_named(&found, &mut changes.wants);
                    state.gists.insert(message, Some(Gist::from(&found)));
                }
                // The next row that shows it asks again.
                Err(_) => {
                    state.gists.remove(&message);
                    changes = Changes::default();
                }
            }
            changes
        });
        ctx.net.settle();
    });
}

/// Most answered messages that are kept beside the window.
const GISTS_MAX: usize = 400;

/// Asks for these users' names, as far as they aren't known.
pub fn know(ctx: Ctx, users: Vec<UserId>) {
    ctx.store.write(|state| {
        let mut changes = Changes::default();
        for user in users {
            if state.people.ask(user) {
                changes.wants.push(crate::state::Want::User(user));
            }
        }
        changes
    });
    ctx.net.settle();
}

/// How a file of text begins: the server's safe HTML, and whether it goes on.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn text_preview(file: &Attachment) -> Result<(String, bool), Failure> {
    let found = rest::messages::text_preview(file).await?;
    Ok((found.html, found.truncated))
}
