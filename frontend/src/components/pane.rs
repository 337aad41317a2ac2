//! The pane beside the sheet: which one it is, and the frame that all of them have. On a narrow
//! page it lies over the sheet, on a phone it fills the screen.

use super::details::details;
use super::icon::{self, icon_button};
use super::list;
use super::search::search;
use super::thread::thread;
use crate::browser::element::{El, el, memo};
use crate::commands::{Ctx, Pane, panes};
use crate::state::text::lower;
use leptos::prelude::*;
use shared::{ChannelId, MessageId};

/// What the pane shows, and of which channel.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Details(ChannelId),
    Pins(ChannelId),
    Thread(ChannelId, MessageId),
    Threads,
    Bookmarks,
    Search,
}

/// The pane, while there is one.
pub fn pane(ctx: Ctx) -> impl Fn() -> Option<El> {
    let shown = memo(move || {
        let pane = ctx.ui.pane.get()?;
        ctx.store.channels.track();
        ctx.store.thread.track();
        ctx.store.read(|state| {
            let open = state.open.filter(|id| state.channels.get(*id).is_some());
            match pane {
                Pane::Details => open.map(Shown::Details),
                Pane::Pins => open.map(Shown::Pins),
                Pane::Thread(_) => {
                    state.thread.as_ref().map(|at| Shown::Thread(at.channel_id, at.root))
                }
                Pane::Threads => Some(Shown::Threads),
                Pane::Bookmarks => Some(Shown::Bookmarks),
                Pane::Search => Some(Shown::Search),
            }
        })
    });
    move || {
        let shown = shown.get()?;
        Some(untrack(|| match shown {
            Shown::Details(channel) => details(ctx, channel),
            Shown::Pins(channel) => list::pins(ctx, channel),
            Shown::Thread(channel, root) => thread(ctx, channel, root),
            Shown::Threads => list::threads(ctx),
            Shown::Bookmarks => list::bookmarks(ctx),
            Shown::Search => search(ctx),
        }))
    }
}

/// The frame of a pane: a heading, what stands beside it, and the ways out.
pub fn frame(ctx: Ctx, label: &str, heading: El, beside: Option<El>) -> El {
    let close = move || panes::close(ctx);
    let back = move || panes::back(ctx);
    let shut = icon_button("icon", icon::CLOSE, &["Close ", &lower(label)].concat(), close);
    let back = icon_button("icon", icon::BACK, "Back", back)
        .id("pane-back")
        .live_class("listed-from", move || ctx.ui.pane_from.get().is_some());
    let head = el("header", "pane-head")
        .with(back)
        .with(heading.attr("tabindex", "-1"))
        .with_if(beside)
        .with(shut.id("pane-close"));
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            panes::back(ctx);
        }
    };
    el("aside", "details").attr("aria-label", label).on_key(pressed).with(head)
}
