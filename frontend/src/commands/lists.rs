//! What can be done with lists of messages, of one channel or of many: loading them and going to
//! what they name.

use super::{Ctx, Pane, channels, panes};
use crate::browser::page;
use crate::net::load;
pub use crate::net::rest::{Failure, List};
use shared::api::messages::MessageList;
use shared::limits::{LIST_DEFAULT, LIST_MAX};
use shared::{ChatMessage, paths};

/// Loads a part of a list: from its beginning, at least as much of it as is shown, or what comes
/// after the part before.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn part(
    ctx: Ctx,
    list: List,
    before: Option<u64>,
    shown: usize,
) -> Result<MessageList, Failure> {
    let limit = if before.is_some() { LIST_DEFAULT } else { shown.clamp(LIST_DEFAULT, LIST_MAX) };
    load::list(ctx.net, &list, before, limit).await
}

/// The address of a message.
pub fn address(message: &ChatMessage) -> String {
    [&paths::channel_page(message.channel_id), "/", &message.seq.to_string()].concat()
}

/// Goes to a message: in its channel, and in its thread if it stands in one; from the list of
/// threads, to the thread itself.
pub fn open(ctx: Ctx, message: &ChatMessage, pane: Pane) {
    let channel = message.channel_id;
    if message.in_channel() {
        ctx.ui.go_to(address(message));
    } else if ctx.store.read(|state| state.open) != Some(channel) {
        channels::go(ctx, channel);
    }
    match message.thread_root {
        Some(root) => panes::begin_thread(ctx, channel, root, Some(message.seq), Some(pane)),
        None if pane == Pane::Threads => {
            panes::begin_thread(ctx, channel, message.message_id, None, Some(pane));
        }
        // What is gone to is under the list.
        None if page::is_narrow() => panes::close(ctx),
        None => {}
    }
}
