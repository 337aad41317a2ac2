//! The rail: rooms and conversations with what is unread in them, and oneself at its foot.

use super::avatar::{avatar, name};
use super::icon::{self, icon};
use crate::browser::dom;
use crate::commands::{Ctx, Dialog, channels};
use crate::state::connection::Link;
use crate::state::look::hue;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::{ChannelId, UserId, paths};

/// What one link of the rail shows.
#[derive(Clone, Default, PartialEq)]
struct Item {
    title: String,
    unread: u64,
    mentions: u64,
    /// The people of a conversation, without oneself.
    others: Vec<UserId>,
    current: bool,
}

fn item(ctx: Ctx, channel: ChannelId) -> Item {
    ctx.store.channels.track();
    ctx.store.people.track();
    ctx.store.read(|state| {
        let Some(known) = state.channels.get(channel) else { return Item::default() };
        let others = match known.info.name {
            Some(_) => Vec::new(),
            None => known.others(state.me).take(2).collect(),
        };
        Item {
            title: known.title(&state.people, state.me),
            unread: known.unread(),
            mentions: known.mentions,
            others,
            current: state.open == Some(channel),
        }
    })
}

/// The navigation between channels.
#[component]
pub fn Rail() -> impl IntoView {
    let ctx = Ctx::get();
    let lists = Memo::new(move |_| {
        ctx.store.channels.track();
        ctx.store.people.track();
        ctx.store.read(|state| {
            let (rooms, talks) = state.channels.rail(&state.people, state.me);
            let ids = |list: Vec<&crate::state::channels::Channel>| -> Vec<ChannelId> {
                list.into_iter().map(|channel| channel.info.channel_id).collect()
            };
            (ids(rooms), ids(talks))
        })
    });
    let tab_stop = Memo::new(move |_| {
        ctx.store.channels.track();
        let (rooms, talks) = lists.get();
        let open = ctx.store.read(|state| state.open);
        open.filter(|id| rooms.contains(id) || talks.contains(id))
            .or_else(|| rooms.first().or(talks.first()).copied())
    });
    let rooms = move || lists.with(|lists| lists.0.clone());
    let talks = move || lists.with(|lists| lists.1.clone());
    let no_rooms = move || {
        (ctx.store.ready.get() && lists.with(|lists| lists.0.is_empty()))
            .then(|| view! { <li class="rail-hint">"Your channels will be here."</li> })
    };
    let no_talks = move || {
        (ctx.store.ready.get() && lists.with(|lists| lists.1.is_empty()))
            .then(|| view! { <li class="rail-hint">"Your conversations will be here."</li> })
    };
    view! {
        <nav class="rail" aria-label="Channels" on:keydown=arrow_keys>
            <header class="rail-head">
                <span class="mark" aria-hidden="true"></span>
                <strong>"Hubbub"</strong>
                <button
                    type="button"
                    class="icon"
                    id="switcher-open"
                    aria-label="Go to… (Ctrl K)"
                    aria-keyshortcuts="Control+K"
                    on:click=move |_| ctx.ui.open(Dialog::Switcher)
                >
                    {icon(icon::SEARCH)}
                </button>
            </header>
            <div class="rail-lists">
                <h2>
                    "Channels "
                    <span class="rail-actions">
                        <button
                            type="button"
                            class="icon small"
                            id="browse-channels"
                            aria-label="Browse channels"
                            on:click=move |_| ctx.ui.open(Dialog::Browse)
                        >
                            {icon(icon::COMPASS)}
                        </button>
                        <button
                            type="button"
                            class="icon small"
                            id="new-channel"
                            aria-label="New channel"
                            on:click=move |_| channels::begin_create(ctx, Vec::new())
                        >
                            {icon(icon::PLUS)}
                        </button>
                    </span>
                </h2>
                <ul>
                    {no_rooms}
                    <For each=rooms key=|id| *id let:id>
                        {link(ctx, id, tab_stop)}
                    </For>
                </ul>
                <h2>
                    "People "
                    <span class="rail-actions">
                        <button
                            type="button"
                            class="icon small"
                            id="new-conversation"
                            aria-label="Message someone"
                            on:click=move |_| ctx.ui.open(Dialog::Switcher)
                        >
                            {icon(icon::PLUS)}
                        </button>
                    </span>
                </h2>
                <ul>
                    {no_talks}
                    <For each=talks key=|id| *id let:id>
                        {link(ctx, id, tab_stop)}
                    </For>
                </ul>
            </div>
            {foot(ctx)}
        </nav>
    }
}

fn link(ctx: Ctx, id: ChannelId, tab_stop: Memo<Option<ChannelId>>) -> AnyView {
    let shown = Memo::new(move |_| item(ctx, id));
    let others = Memo::new(move |_| shown.with(|item| item.others.clone()));
    let is_room = ctx
        .store
        .read(|state| state.channels.get(id).is_some_and(|channel| channel.info.name.is_some()));
    let kind = if is_room { "room " } else { "person " };
    let class = [kind, hue(&id.to_string())].concat();
    let picture = move || match (is_room, others.get().as_slice()) {
        (true, _) => view! { <i aria-hidden="true"></i> }.into_any(),
        (false, []) => avatar(ctx, ctx.store.me, true, ""),
        (false, [one]) => avatar(ctx, *one, true, ""),
        (false, _) => {
            let class = ["avatar ", hue(&id.to_string())].concat();
            let count = ctx.store.read(|state| {
                state.channels.get(id).map(|c| c.others(state.me).count().to_string())
            });
            view! { <span class=class aria-hidden="true">{count}</span> }.into_any()
        }
    };
    // In a conversation everything is meant for the user; in a room only mentions are counted.
    let count =
        Memo::new(move |_| shown.with(|item| if is_room { item.mentions } else { item.unread }));
    let label = move || {
        let what = if is_room { " mentions" } else { " unread" };
        [&count.get().to_string(), what].concat()
    };
    let badge = move || {
        (count.get() > 0).then(|| {
            let text = move || match count.get() {
                100.. => "99+".to_owned(),
                few => few.to_string(),
            };
            view! { <b class="count" aria-label=label>{text}</b> }
        })
    };
    let unread = Memo::new(move |_| shown.with(|item| item.unread > 0));
    let heard =
        move || unread.get().then(|| view! { <span class="visually-hidden">"unread"</span> });
    view! {
        <li>
            <a
                class=class
                class:unread=move || unread.get()
                data-channel-id=id.to_string()
                href=paths::channel_page(id)
                aria-current=move || shown.with(|item| item.current).then_some("page")
                tabindex=move || if tab_stop.get() == Some(id) { "0" } else { "-1" }
            >
                {picture}
                <span class="label">{move || shown.with(|item| item.title.clone())}</span>
                {heard}
                {badge}
            </a>
        </li>
    }
    .into_any()
}

fn arrow_keys(event: KeyboardEvent) {
    let links = "nav.rail a[data-channel-id]";
    if !dom::focus_within(links) || event.alt_key() {
        return;
    }
    let step = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        "Home" => -10_000,
        "End" => 10_000,
        _ => return,
    };
    if dom::focus_step(links, step) {
        event.prevent_default();
    }
}

fn foot(ctx: Ctx) -> AnyView {
    let me = ctx.store.me;
    let status = move || {
        ctx.store.outbox.track();
        let (waiting, failed) =
            ctx.store.read(|state| (state.outbox.waiting(), state.outbox.failed()));
        match (ctx.store.link.get(), waiting, failed) {
            (Link::Live, 0, 0) => "All messages saved".to_owned(),
            (Link::Live, 0, failed) => [&failed.to_string(), " not sent"].concat(),
            (Link::Live, waiting, _) => ["Sending ", &waiting.to_string(), "…"].concat(),
            (Link::Connecting, 0, _) => "Connecting…".to_owned(),
            (Link::Connecting, waiting, _) => {
                ["Connecting… ", &waiting.to_string(), " waiting"].concat()
            }
            (Link::Offline, 0, _) => "Offline".to_owned(),
            (Link::Offline, waiting, _) => ["Offline. ", &waiting.to_string(), " waiting"].concat(),
        }
    };
    view! {
        <footer class="self">
            {avatar(ctx, me, true, "")}
            <span class="who">
                <strong>{move || name(ctx, me)}</strong>
                <small id="status">{status}</small>
            </span>
            <button
                type="button"
                class="icon"
                id="settings"
                aria-label="Settings"
                on:click=move |_| ctx.ui.open(Dialog::Settings)
            >
                {icon(icon::SETTINGS)}
            </button>
        </footer>
    }
    .into_any()
}
