//! What the server made of a text, with what a click in it does: copying and unfolding code, going
//! to whom or what is mentioned. How HTML becomes elements is `browser::rich`'s.

use crate::browser::element::{El, el, watch};
use crate::browser::rich::{Asked, Sort, asked, say_done};
use crate::browser::{clipboard, dom};
use crate::commands::{Ctx, channels, keeping};
use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ChannelId, UserId};

/// The server's HTML in an element with these classes. Mentions show the names of today.
pub fn rich(ctx: Ctx, class: &str, html: &str) -> El {
    let text = el("div", class).html(html);
    if html.contains(" data-user-id=\"") {
        let chips = text.clone();
        watch(move || {
            ctx.store.people.track();
            untrack(|| name_users(ctx, &chips));
        });
    }
    if html.contains(" data-channel-id=\"") {
        let chips = text.clone();
        watch(move || {
            ctx.store.channels.track();
            untrack(|| name_channels(ctx, &chips));
        });
    }
    let pressed = move |event: KeyboardEvent| {
        let chip = dom::nearest(event.target(), "role").is_some_and(|role| role == "button");
        if chip && matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            do_asked(ctx, &event);
        }
    };
    text.on("click", move |event| do_asked(ctx, &event)).on_key(pressed)
}

fn name_users(ctx: Ctx, chips: &El) {
    let mut unknown = Vec::new();
    chips.rename(Sort::User, &mut |id| {
        let user: UserId = id.parse().ok()?;
        let name = ctx
            .store
            .read(|state| state.people.get(user).map(|user| ["@", &user.display_name].concat()));
        if name.is_none() {
            unknown.push(user);
        }
        Some((name?, user == ctx.store.me))
    });
    if !unknown.is_empty() {
        keeping::know(ctx, unknown);
    }
}

fn name_channels(ctx: Ctx, chips: &El) {
    chips.rename(Sort::Channel, &mut |id| {
        let channel: ChannelId = id.parse().ok()?;
        let name = ctx.store.read(|state| {
            state.channels.get(channel).map(|known| known.title(&state.people, state.me))
        });
        Some((["#", &name?].concat(), false))
    });
}

fn do_asked(ctx: Ctx, event: &Event) {
    let target = event.target();
    match asked(target.clone()) {
        Some(Asked::Copy(text)) => spawn_local(async move {
            if clipboard::copy(&text).await {
                say_done(target, "Copied");
            } else {
                ctx.complain("This browser does not let pages copy. Select it and copy by hand.");
            }
        }),
        Some(Asked::User(user)) => {
            if let Ok(user) = user.parse() {
                channels::direct(ctx, user);
            }
        }
        Some(Asked::Done) | None => return,
    }
    event.prevent_default();
}
