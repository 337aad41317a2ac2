//! The rail: rooms and conversations with what is unread in them, and oneself at its foot.

use super::avatar::{avatar, name};
use super::icon::{self, icon, icon_button};
use crate::browser::dom;
use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, Dialog, Pane, channels, panes};
use crate::state::State;
use crate::state::channels::Channel;
use crate::state::connection::Link;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::look::hue;
use shared::{ChannelId, paths};

/// Reads from one channel, watched.
fn of<T: Default>(ctx: Ctx, channel: ChannelId, read: impl FnOnce(&State, &Channel) -> T) -> T {
    ctx.store.channels.track();
    ctx.store.people.track();
    ctx.store.read(|state| {
        state.channels.get(channel).map(|known| read(state, known)).unwrap_or_default()
    })
}

/// The ids of the rooms, or of the conversations, in their order.
fn list(ctx: Ctx, rooms: bool) -> Memo<Vec<String>> {
    memo(move || {
        ctx.store.channels.track();
        ctx.store.people.track();
        ctx.store.read(|state| {
            let lists = state.channels.rail(&state.people, state.me);
            let list = if rooms { lists.0 } else { lists.1 };
            list.into_iter().map(|channel| channel.info.channel_id.to_string()).collect()
        })
    })
}

/// The navigation between channels.
pub fn rail(ctx: Ctx) -> El {
    let (rooms, talks) = (list(ctx, true), list(ctx, false));
    let tab_stop = memo(move || {
        ctx.store.channels.track();
        let known = |id: &String| rooms.with(|r| r.contains(id)) || talks.with(|t| t.contains(id));
        let open = ctx.store.read(|state| state.open).map(|id| id.to_string());
        let first = || rooms.with(|r| r.first().cloned()).or(talks.with(|t| t.first().cloned()));
        open.filter(known).or_else(first).unwrap_or_default()
    });
    let part = move |ids: Memo<Vec<String>>, hint: &'static str| {
        let hint = move || {
            let empty = ctx.store.ready.get() && ids.with(Vec::is_empty);
            empty.then(|| el("li", "rail-hint").text(hint))
        };
        el("ul", "").live(hint).each(move || ids.get(), move |id| link(ctx, id, tab_stop))
    };
    let rooms = part(rooms, "Your channels will be here.");
    let talks = part(talks, "Your conversations will be here.");
    let open = move |dialog: Dialog| move || ctx.ui.open(dialog.clone());
    let switcher = icon_button("icon", icon::SEARCH, "Go to… (Ctrl K)", open(Dialog::Switcher))
        .id("switcher-open")
        .attr("aria-keyshortcuts", "Control+K");
    let browse = icon_button("icon small", icon::COMPASS, "Browse channels", open(Dialog::Browse))
        .id("browse-channels");
    let create = move || channels::begin_create(ctx, Vec::new());
    let create = icon_button("icon small", icon::PLUS, "New channel", create).id("new-channel");
    let talk = icon_button("icon small", icon::PLUS, "Message someone", open(Dialog::Switcher))
        .id("new-conversation");
    let heading = |text: &str, actions: El| {
        el("h2", "").text(text).with(el("span", "rail-actions").with(actions))
    };
    let top = el("header", "rail-head")
        .with(el("span", "mark").attr("aria-hidden", "true"))
        .with(el("strong", "").text("Hubbub"))
        .with(switcher);
    let lists = el("div", "rail-lists")
        .with(heading("Channels ", many([browse, create])))
        .with(rooms)
        .with(heading("People ", talk))
        .with(talks);
    el("nav", "rail")
        .attr("aria-label", "Channels")
        .on_key(|event| arrow_keys(&event))
        .with(top)
        .with(places(ctx))
        .with(lists)
        .with(foot(ctx))
}

/// What gathers messages of many channels: each opens beside whatever is open.
fn places(ctx: Ctx) -> El {
    let unread = memo(move || {
        ctx.store.kept.track();
        ctx.store.read(|state| state.threads.unread())
    });
    let badge = move || {
        let count = unread.get();
        let label = [&count.to_string(), " unread threads"].concat();
        let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
        (count > 0).then(|| el("b", "count").attr("aria-label", &label).text(&text))
    };
    let place = |pane: Pane, id: &str, path: &str, label: &str| {
        let button = el("button", "place")
            .attr("type", "button")
            .id(id)
            .live_bool("aria-expanded", move || ctx.ui.pane.get() == Some(pane))
            .with(icon(path))
            .with(el("span", "label").text(label));
        button.on_click(move || panes::toggle(ctx, pane))
    };
    let threads = place(Pane::Threads, "threads", icon::THREAD, "Threads")
        .live_class("unread", move || unread.get() > 0)
        .live(badge);
    let bookmarks = place(Pane::Bookmarks, "bookmarks", icon::BOOKMARK, "Bookmarks");
    let search = place(Pane::Search, "search", icon::SEARCH, "Search")
        .attr("aria-keyshortcuts", "Control+Shift+F");
    let item = |place: El| el("li", "").with(place);
    el("ul", "rail-places").with_all([threads, bookmarks, search].map(item))
}

fn link(ctx: Ctx, key: &str, tab_stop: Memo<String>) -> El {
    let Ok(id) = key.parse::<ChannelId>() else { return el("li", "") };
    let is_room = untrack(|| of(ctx, id, |_, channel| channel.info.name.is_some()));
    let class = [if is_room { "room " } else { "person " }, hue(key)].concat();
    // In a conversation everything is meant for the user; in a room only mentions are counted.
    let count = memo(move || {
        let count = of(ctx, id, |_, c| if is_room { c.mentions } else { c.unread() });
        if count > 0 { count.to_string() } else { String::new() }
    });
    let badge = move || {
        let count = count.get();
        let what = if is_room { " mentions" } else { " unread" };
        let label = [&count, what].concat();
        let text = if count.len() > 2 { "99+" } else { &count };
        (!count.is_empty()).then(|| el("b", "count").attr("aria-label", &label).text(text))
    };
    let unread = memo(move || of(ctx, id, |_, channel| channel.unread() > 0));
    let heard = move || unread.get().then(|| el("span", "visually-hidden").text("unread"));
    let stop = key.to_owned();
    let tab = move || {
        let here = tab_stop.with(|at| *at == stop);
        Some(if here { "0" } else { "-1" }.to_owned())
    };
    let current =
        move || of(ctx, id, |state, _| (state.open == Some(id)).then(|| "page".to_owned()));
    let title = move || of(ctx, id, |state, channel| channel.title(&state.people, state.me));
    let link = el("a", &class)
        .live_class("unread", move || unread.get())
        .attr("data-channel-id", key)
        .attr("href", &paths::channel_page(id))
        .live_attr("aria-current", current)
        .live_attr("tabindex", tab)
        .with(picture(ctx, id, is_room))
        .with(el("span", "label").words(title))
        .live(heard)
        .live(badge);
    el("li", "").with(link)
}

/// The swatch of a room, the face of the other one, or how many the others are.
fn picture(ctx: Ctx, id: ChannelId, is_room: bool) -> El {
    if is_room {
        return el("i", "").attr("aria-hidden", "true");
    }
    let people = move || {
        of(ctx, id, |state, channel| channel.others(state.me).map(|u| u.to_string()).collect())
    };
    let people: Memo<Vec<String>> = memo(people);
    let face = move || {
        let people = people.get();
        let one = match people.as_slice() {
            [] => Some(ctx.store.me),
            [one] => one.parse().ok(),
            _ => None,
        };
        Some(match one {
            Some(user) => avatar(ctx, user, true, ""),
            None => {
                let class = ["avatar ", hue(&id.to_string())].concat();
                el("span", &class).attr("aria-hidden", "true").text(&people.len().to_string())
            }
        })
    };
    many([]).live(face)
}

fn arrow_keys(event: &KeyboardEvent) {
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

fn foot(ctx: Ctx) -> El {
    let me = ctx.store.me;
    let status = move || {
        ctx.store.outbox.track();
        let (waiting, failed) =
            ctx.store.read(|state| (state.outbox.waiting(), state.outbox.failed()));
        match (ctx.store.link.get(), waiting, failed) {
            (Link::Live, 0, 0) => "All saved".to_owned(),
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
    let who = el("span", "who")
        .with(el("strong", "").words(move || name(ctx, me)))
        .with(el("small", "").id("status").words(status));
    let settings =
        icon_button("icon", icon::SETTINGS, "Settings", move || ctx.ui.open(Dialog::Settings));
    el("footer", "self").with(avatar(ctx, me, true, "")).with(who).with(settings.id("settings"))
}
