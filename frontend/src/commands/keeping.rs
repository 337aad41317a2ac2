//! What can be done with a message beside writing it: pinning, remembering, following its thread.

use super::Ctx;
use crate::net::rest;
use leptos::task::spawn_local;
use shared::{ChannelId, MessageId};

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
