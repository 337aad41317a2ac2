//! A thread beside its channel: what it is of, its feed, and its composer.

use super::composer::composer;
use super::feed::feed;
use super::icon::{self, icon};
use super::pane::frame;
use super::sheet::jump;
use crate::browser::element::{El, el, memo};
use crate::commands::{Ctx, keeping};
use leptos::prelude::*;
use shared::look::hue;
use shared::{ChannelId, MessageId, paths};

/// The thread, in its frame.
pub fn thread(ctx: Ctx, channel: ChannelId, root: MessageId) -> El {
    let at = (channel, Some(root));
    let title = memo(move || {
        ctx.store.channels.track();
        ctx.store.people.track();
        ctx.store.read(|state| state.title(channel))
    });
    let place = el("a", hue(&channel.to_string()))
        .attr("href", &paths::channel_page(channel))
        .with(el("i", "swatch").attr("aria-hidden", "true"))
        .with(el("span", "").words(move || title.get()));
    let heading = el("h2", "thread-title").text("Thread ").with(el("small", "").with(place));
    let dock = el("div", "dock").live(jump(ctx, at)).with(composer(ctx, at));
    frame(ctx, "Thread", heading, Some(follow(ctx, channel, root)))
        .attr("data-thread", &root.to_string())
        .with(feed(ctx, at))
        .with(dock)
}

fn follow(ctx: Ctx, channel: ChannelId, root: MessageId) -> El {
    let on = memo(move || {
        ctx.store.kept.track();
        ctx.store.read(|state| state.threads.get(root).following)
    });
    let word = move || if on.get() { "Following" } else { "Follow" }.to_owned();
    el("button", "quiet small follow")
        .attr("type", "button")
        .id("follow")
        .live_bool("aria-pressed", move || on.get())
        .attr("title", "New replies in threads that you follow are counted under Threads")
        .with(icon(icon::BELL))
        .words(word)
        .on_click(move || keeping::follow(ctx, channel, root, !on.get_untracked()))
}
