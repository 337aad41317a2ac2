//! The sheet of one channel: its bar, its feed, and the dock with the composer.

use super::avatar::{avatar, online};
use super::composer::Composer;
use super::details::Details;
use super::feed::Feed;
use super::icon::{self, icon};
use crate::commands::{Ctx, channels};
use crate::state::connection::Link;
use crate::state::look::hue;
use crate::state::people::typing_line;
use leptos::prelude::*;
use shared::{ChannelId, UserId};

/// What the bar shows.
#[derive(Clone, Default, PartialEq)]
struct Bar {
    title: String,
    topic: String,
    /// The other one, in a conversation of two.
    other: Option<UserId>,
    faces: Vec<UserId>,
    count: usize,
}

fn bar(ctx: Ctx, channel: ChannelId) -> Bar {
    ctx.store.channels.track();
    ctx.store.people.track();
    ctx.store.read(|state| {
        let Some(known) = state.channels.get(channel) else { return Bar::default() };
        let other = known.is_direct().then(|| known.others(state.me).next()).flatten();
        Bar {
            title: known.title(&state.people, state.me),
            topic: known.info.topic.clone().unwrap_or_default(),
            other,
            faces: known.others(state.me).take(3).collect(),
            count: known.info.user_ids.len(),
        }
    })
}

/// A channel that the user is a member of.
#[component]
pub fn Sheet(
    /// Which channel.
    channel: ChannelId,
) -> impl IntoView {
    let ctx = Ctx::get();
    let class = ["sheet ", hue(&channel.to_string())].concat();
    view! {
        <main class=class aria-labelledby="channel-name">
            {header(ctx, channel)}
            {banner(ctx)}
            <Feed channel />
            <div class="dock">
                {jump(ctx, channel)}
                {typing(ctx, channel)}
                <Composer channel />
            </div>
        </main>
        {move || ctx.ui.details.get().then(|| view! { <Details channel /> })}
    }
}

fn header(ctx: Ctx, channel: ChannelId) -> AnyView {
    let bar = Memo::new(move |_| bar(ctx, channel));
    let other = Memo::new(move |_| bar.with(|bar| bar.other));
    let faces = Memo::new(move |_| bar.with(|bar| (bar.faces.clone(), bar.count)));
    let picture = move || other.get().map(|user| avatar(ctx, user, true, " large"));
    let about = move || match other.get() {
        Some(user) if online(ctx, user) => "Online".to_owned(),
        Some(_) => "Offline".to_owned(),
        None => bar.with(|bar| match (bar.topic.as_str(), bar.count) {
            ("", 1) => "1 member".to_owned(),
            ("", count) => [&count.to_string(), " members"].concat(),
            (topic, _) => topic.to_owned(),
        }),
    };
    let crowd = move || {
        let (users, count) = faces.get();
        (other.get().is_none()).then(|| {
            let users: Vec<_> = users.into_iter().map(|u| avatar(ctx, u, false, "")).collect();
            view! {
                <span class="faces" aria-hidden="true">{users}<small>{count.to_string()}</small></span>
            }
        })
    };
    view! {
        <header class="bar">
            <button
                type="button"
                class="icon back"
                id="back"
                aria-label="Back to channels"
                on:click=move |_| ctx.ui.go_to("/".to_owned())
            >
                {icon(icon::BACK)}
            </button>
            {picture}
            <div>
                <h1 id="channel-name" tabindex="-1">{move || bar.with(|bar| bar.title.clone())}</h1>
                <p>{about}</p>
            </div>
            {crowd}
            <button
                type="button"
                class="icon"
                id="details"
                aria-label="Details"
                aria-expanded=move || if ctx.ui.details.get() { "true" } else { "false" }
                on:click=move |_| ctx.ui.details.update(|open| *open = !*open)
            >
                {icon(icon::INFO)}
            </button>
        </header>
    }
    .into_any()
}

fn banner(ctx: Ctx) -> impl Fn() -> Option<AnyView> {
    let offline = Memo::new(move |_| ctx.store.link.get() == Link::Offline);
    move || {
        offline.get().then(|| {
            view! {
                <p class="banner" role="status">
                    {icon(icon::OFF)}
                    <span>"Offline. Messages wait here and are sent by themselves."</span>
                    <button
                        type="button"
                        class="link"
                        id="reconnect"
                        on:click=move |_| ctx.net.retry()
                    >
                        "Try now"
                    </button>
                </p>
            }
            .into_any()
        })
    }
}

fn jump(ctx: Ctx, channel: ChannelId) -> impl Fn() -> Option<AnyView> {
    Effect::new(move |_| {
        let arrivals = ctx.store.arrivals.get();
        let here = arrivals.iter().filter(|arrival| arrival.channel_id == channel).count() as u32;
        if here > 0 && !ctx.ui.at_end.get_untracked() {
            ctx.ui.missed.update(|missed| *missed += here);
        }
    });
    move || {
        (!ctx.ui.at_end.get()).then(|| {
            let text = move || match ctx.ui.missed.get() {
                0 => "Jump to present".to_owned(),
                missed => [&missed.to_string(), " new · Jump to present"].concat(),
            };
            view! {
                <button
                    type="button"
                    class="jump"
                    id="jump"
                    on:click=move |_| channels::to_present(ctx, channel)
                >
                    {icon(icon::DOWN)}
                    {text}
                </button>
            }
            .into_any()
        })
    }
}

fn typing(ctx: Ctx, channel: ChannelId) -> AnyView {
    let line = Memo::new(move |_| {
        ctx.store.typing.track();
        ctx.store.people.track();
        ctx.store.read(|state| {
            let users = state.typing.who(channel);
            let names: Vec<&str> = users.iter().map(|user| state.people.name(*user)).collect();
            typing_line(&names)
        })
    });
    let dots =
        move || line.with(|line| !line.is_empty()).then(|| view! { <i></i><i></i><i></i> " " });
    view! { <p class="typing" id="typing">{dots}{move || line.get()}</p> }.into_any()
}
