//! A channel's address: the sheet for its members, the way in where it is public, and nothing for
//! everybody else.

use super::lost::Lost;
use crate::commands::{Ctx, channels};
use crate::components::sheet::Sheet;
use crate::state::look::hue;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use shared::{ChannelId, ChannelInfo};

/// What is at the address.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Loading,
    Inside(ChannelId),
    Outside(ChannelId),
    Nothing,
}

/// The page at `/c/:channelId` and `/c/:channelId/:seq`.
#[component]
pub fn ChannelPage() -> impl IntoView {
    let ctx = Ctx::get();
    let params = use_params_map();
    let channel = Memo::new(move |_| {
        params.with(|params| params.get("channelId").and_then(|id| id.parse::<ChannelId>().ok()))
    });
    let at = Memo::new(move |_| {
        params.with(|params| params.get("seq").map(|seq| seq.parse::<u64>().ok()))
    });
    let place = Memo::new(move |_| {
        ctx.store.channels.track();
        let Some(id) = channel.get().filter(|_| at.get() != Some(None)) else {
            return Place::Nothing;
        };
        let member = ctx.store.read(|state| state.channels.get(id).is_some());
        match (member, ctx.store.ready.get()) {
            (true, _) => Place::Inside(id),
            (false, false) => Place::Loading,
            (false, true) => Place::Outside(id),
        }
    });
    // Opening comes before the sheet is drawn, so that the sheet finds the room and the draft.
    let opened = Memo::new(move |_| {
        let place = place.get();
        if let Place::Inside(id) = place {
            channels::open(ctx, id, at.get().flatten());
        }
        place
    });
    let shown = move || match opened.get() {
        Place::Loading => view! { <main class="sheet h12" aria-busy="true"></main> }.into_any(),
        Place::Inside(id) => view! { <Sheet channel=id /> }.into_any(),
        Place::Outside(id) => outside(ctx, id),
        Place::Nothing => view! { <Lost /> }.into_any(),
    };
    Effect::new(move |_| {
        ctx.store.channels.track();
        ctx.store.people.track();
        if let Place::Inside(id) = place.get() {
            let (title, unread) = ctx.store.read(|state| {
                (state.title(id), state.channels.iter().any(|channel| channel.mentions > 0))
            });
            let dot = if unread { "• " } else { "" };
            crate::browser::page::set_title(&[dot, &title, " · Hubbub"].concat());
        }
    });
    shown
}

fn outside(ctx: Ctx, id: ChannelId) -> AnyView {
    let found = RwSignal::new(None::<Option<ChannelInfo>>);
    spawn_local(async move {
        let _ = found.try_set(Some(channels::look(id).await.ok()));
    });
    let shown = move || match found.get() {
        None => view! { <main class="sheet h12" aria-busy="true"></main> }.into_any(),
        Some(None) => view! { <Lost /> }.into_any(),
        Some(Some(info)) => {
            let class = ["sheet ", hue(&id.to_string())].concat();
            let topic = info.topic.unwrap_or_else(|| {
                [&info.user_ids.len().to_string(), " people are in it."].concat()
            });
            view! {
                <main class=class aria-labelledby="channel-name">
                    <section class="welcome">
                        <i class="swatch big" aria-hidden="true"></i>
                        <h1 id="channel-name" tabindex="-1">{info.name}</h1>
                        <p>{topic}</p>
                        <button
                            type="button"
                            class="primary"
                            id="join"
                            on:click=move |_| channels::join(ctx, id)
                        >
                            "Join this channel"
                        </button>
                    </section>
                </main>
            }
            .into_any()
        }
    };
    shown.into_any()
}
