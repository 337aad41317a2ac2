//! The rail: rooms and conversations with what is unread in them, and oneself at its foot.

use super::avatar::{avatar, name};
use super::icon::{self, icon_button};
use crate::browser::dom;
use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, Dialog, channels};
use crate::state::channels::Channel;
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
            None => known.others(state.me).collect(),
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
pub fn rail(ctx: Ctx) -> El {
    let lists = memo(move || {
        ctx.store.channels.track();
        ctx.store.people.track();
        ctx.store.read(|state| {
            let (rooms, talks) = state.channels.rail(&state.people, state.me);
            let ids = |list: Vec<&Channel>| -> Vec<String> {
                list.into_iter().map(|channel| channel.info.channel_id.to_string()).collect()
            };
            (ids(rooms), ids(talks))
        })
    });
    let tab_stop = memo(move || {
        ctx.store.channels.track();
        let (rooms, talks) = lists.get();
        let open = ctx.store.read(|state| state.open).map(|id| id.to_string());
        open.filter(|id| rooms.contains(id) || talks.contains(id))
            .or_else(|| rooms.first().or(talks.first()).cloned())
    });
    let hint = move |empty: bool, text: &str| {
        (ctx.store.ready.get() && empty).then(|| el("li", "rail-hint").text(text))
    };
    let rooms = el("ul", "")
        .live(move || hint(lists.with(|l| l.0.is_empty()), "Your channels will be here."))
        .each(move || lists.with(|l| l.0.clone()), move |id| link(ctx, id, tab_stop));
    let talks = el("ul", "")
        .live(move || hint(lists.with(|l| l.1.is_empty()), "Your conversations will be here."))
        .each(move || lists.with(|l| l.1.clone()), move |id| link(ctx, id, tab_stop));
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
        el("h2", "").text(text).add(el("span", "rail-actions").add(actions))
    };
    let top = el("header", "rail-head")
        .add(el("span", "mark").attr("aria-hidden", "true"))
        .add(el("strong", "").text("Hubbub"))
        .add(switcher);
    let lists = el("div", "rail-lists")
        .add(heading("Channels ", many([browse, create])))
        .add(rooms)
        .add(heading("People ", talk))
        .add(talks);
    el("nav", "rail")
        .attr("aria-label", "Channels")
        .on_key(|event| arrow_keys(&event))
        .add(top)
        .add(lists)
        .add(foot(ctx))
}

fn link(ctx: Ctx, key: &str, tab_stop: Memo<Option<String>>) -> El {
    let Ok(id) = key.parse::<ChannelId>() else { return el("li", "") };
    let shown = memo(move || item(ctx, id));
    let is_room = ctx
        .store
        .read(|state| state.channels.get(id).is_some_and(|channel| channel.info.name.is_some()));
    let class = [if is_room { "room " } else { "person " }, hue(key)].concat();
    let others = memo(move || shown.with(|item| item.others.clone()));
    let picture = move || {
        let others = others.get();
        Some(match (is_room, others.as_slice()) {
            (true, _) => el("i", "").attr("aria-hidden", "true"),
            (false, []) => avatar(ctx, ctx.store.me, true, ""),
            (false, [one]) => avatar(ctx, *one, true, ""),
            (false, many) => {
                let class = ["avatar ", hue(&id.to_string())].concat();
                el("span", &class).attr("aria-hidden", "true").text(&many.len().to_string())
            }
        })
    };
    // In a conversation everything is meant for the user; in a room only mentions are counted.
    let count = memo(move || shown.with(|item| if is_room { item.mentions } else { item.unread }));
    let badge = move || {
        let count = count.get();
        let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
        let what = if is_room { " mentions" } else { " unread" };
        let label = [&count.to_string(), what].concat();
        (count > 0).then(|| el("b", "count").attr("aria-label", &label).text(&text))
    };
    let unread = memo(move || shown.with(|item| item.unread > 0));
    let heard = move || unread.get().then(|| el("span", "visually-hidden").text("unread"));
    let stop = key.to_owned();
    let tab = move || {
        let here = tab_stop.with(|at| at.as_ref() == Some(&stop));
        Some(if here { "0" } else { "-1" }.to_owned())
    };
    let link = el("a", &class)
        .live_class("unread", move || unread.get())
        .attr("data-channel-id", key)
        .attr("href", &paths::channel_page(id))
        .live_attr("aria-current", move || {
            shown.with(|item| item.current).then(|| "page".to_owned())
        })
        .live_attr("tabindex", tab)
        .live(picture)
        .add(el("span", "label").words(move || shown.with(|item| item.title.clone())))
        .live(heard)
        .live(badge);
    el("li", "").add(link)
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
    let who = el("span", "who")
        .add(el("strong", "").words(move || name(ctx, me)))
        .add(el("small", "").id("status").words(status));
    let settings =
        icon_button("icon", icon::SETTINGS, "Settings", move || ctx.ui.open(Dialog::Settings));
    el("footer", "self").add(avatar(ctx, me, true, "")).add(who).add(settings.id("settings"))
}
