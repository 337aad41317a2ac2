//! The home screen. On a phone the rail is it; on a wide screen it goes on to a channel, and says
//! how to begin when there is none.

use crate::commands::{Ctx, Dialog, channels};
use crate::components::avatar::name;
use crate::components::icon::{self, icon};
use leptos::prelude::*;

/// The home screen.
#[component]
pub fn Home() -> impl IntoView {
    let ctx = Ctx::get();
    channels::close(ctx);
    Effect::new(move |_| {
        if ctx.store.ready.get()
            && let Some(channel) = channels::home(ctx)
        {
            channels::go(ctx, channel);
        }
    });
    let me = ctx.store.me;
    let first = move || {
        let name = name(ctx, me);
        name.split(' ').next().unwrap_or_default().to_owned()
    };
    let lead = move || {
        ctx.store.channels.track();
        if ctx.store.read(|state| state.channels.is_empty()) {
            "Nothing is here yet, which makes it a good place to start."
        } else {
            "Pick a channel, or begin something new."
        }
    };
    let action =
        move |word: &'static str, path: &'static str, title: &'static str, note: &'static str| {
            let clicked = move |_| match word {
                "new-channel" => channels::begin_create(ctx, Vec::new()),
                "browse" => ctx.ui.open(Dialog::Browse),
                _ => ctx.ui.open(Dialog::Switcher),
            };
            view! {
                <li>
                    <button type="button" data-action=word on:click=clicked>
                        {icon(path)}
                        <span><strong>{title}</strong><small>{note}</small></span>
                    </button>
                </li>
            }
            .into_any()
        };
    view! {
        <main class="sheet h12" aria-labelledby="channel-name">
            <section class="welcome">
                <span class="mark big" aria-hidden="true"></span>
                <h1 id="channel-name" tabindex="-1">"Hello, " {first}</h1>
                <p>{lead}</p>
                <ul class="actions">
                    {action(
                        "new-channel",
                        icon::PLUS,
                        "Create a channel",
                        "For a team, a project, a garden",
                    )}
                    {action(
                        "browse",
                        icon::COMPASS,
                        "Browse channels",
                        "Join what is open to everyone",
                    )}
                    {action(
                        "message",
                        icon::WAVE,
                        "Message someone",
                        "Just the two of you",
                    )}
                </ul>
            </section>
        </main>
    }
}
