//! The home screen. On a phone the rail is it; on a wide screen it goes on to a channel, and says
//! how to begin when there is none.

use crate::browser::element::{El, el, many, watch};
use crate::commands::{Ctx, Dialog, channels};
use crate::components::avatar::name;
use crate::components::feed::action;
use crate::components::icon;
use leptos::prelude::*;

/// The home screen.
pub fn home(ctx: Ctx) -> El {
    channels::close(ctx);
    watch(move || {
        if ctx.store.ready.get()
            && let Some(channel) = untrack(|| channels::home(ctx))
        {
            channels::go(ctx, channel);
        }
    });
    let me = ctx.store.me;
    let hello = move || {
        let name = name(ctx, me);
        ["Hello, ", name.split(' ').next().unwrap_or_default()].concat()
    };
    let lead = move || {
        ctx.store.channels.track();
        if ctx.store.read(|state| state.channels.is_empty()) {
            "Nothing is here yet, which makes it a good place to start."
        } else {
            "Pick a channel, or begin something new."
        }
        .to_owned()
    };
    let create =
        action("new-channel", icon::PLUS, "Create a channel", "For a team, a project, a garden")
            .on_click(move || channels::begin_create(ctx, Vec::new()));
    let browse =
        action("browse", icon::COMPASS, "Browse channels", "Join what is open to everyone")
            .on_click(move || ctx.ui.open(Dialog::Browse));
    let message = action("message", icon::WAVE, "Message someone", "Just the two of you")
        .on_click(move || ctx.ui.open(Dialog::Switcher));
    let actions = [create, browse, message].map(|action| el("li", "").with(action));
    let below = many([el("p", "").words(lead), el("ul", "actions").with_all(actions)]);
    blank_sheet("welcome", el("h1", "").words(hello), below)
}

/// A sheet without a channel: a mark, a title, and what is said below it.
pub fn blank_sheet(class: &str, title: El, below: El) -> El {
    let title = title.id("channel-name").attr("tabindex", "-1");
    let mark = el("span", "mark big").attr("aria-hidden", "true");
    let section = el("section", class).with(mark).with(title).with(below);
    el("main", "sheet h12").attr("aria-labelledby", "channel-name").with(section)
}
