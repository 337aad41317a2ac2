//! The details of a channel: what it is about, who is in it, and the ways out.

use super::avatar::{avatar, name, online};
use super::icon::{self, icon, icon_button};
use super::pane::frame;
use crate::browser::element::{El, el, many, memo};
use crate::browser::{clock, dom, page};
use crate::commands::{Confirm, Ctx, Dialog, Pane, channels, panes, reading};
use crate::state::order::by_text;
use crate::state::text::lower;
use leptos::prelude::*;
use shared::{ChannelId, ChannelInfo, ChannelKind, UserId, Visibility};

/// Most members that are listed at once.
const LISTED_MAX: usize = 300;

/// The details, in their frame.
pub fn details(ctx: Ctx, channel: ChannelId) -> El {
    // What the pane shows, as one text: it is drawn again only when that changes.
    let shown = memo(move || {
        ctx.store.channels.track();
        let info = ctx.store.read(|s| s.channels.get(channel).map(|known| known.info.clone()));
        let Some(info) = info else { return String::new() };
        let mut text: String = info.user_ids.iter().map(ToString::to_string).collect();
        text.push(if info.visibility == Visibility::Public { '+' } else { '-' });
        text.push_str(info.topic.as_deref().unwrap_or_default());
        text
    });
    // Members of rooms are named only once somebody looks.
    ask_names(ctx, channel);
    let body = el("div", "pane").live(move || {
        shown.with(|_| ());
        let info = ctx.store.read(|s| s.channels.get(channel).map(|known| known.info.clone()));
        info.map(|info| pane(ctx, &info))
    });
    frame(ctx, "Details", el("h2", "").attr("data-begin", "").text("Details"), None).with(body)
}

fn ask_names(ctx: Ctx, channel: ChannelId) {
    ctx.store.write(|state| {
        let users = state.channels.get(channel).map(|channel| channel.info.user_ids.clone());
        let mut changes = crate::state::Changes::default();
        for user in users.unwrap_or_default().into_iter().take(LISTED_MAX) {
            if state.people.ask(user) {
                changes.wants.push(crate::state::Want::User(user));
            }
        }
        changes
    });
    ctx.net.settle();
}

fn pane(ctx: Ctx, info: &ChannelInfo) -> El {
    let id = info.channel_id;
    let me = ctx.store.me;
    let room = info.kind == ChannelKind::Room;
    let group = info.kind != ChannelKind::Direct;
    let may_delete =
        group && (info.created_by == me || ctx.store.read(|state| state.people.is_owner(me)));
    let users = ctx.store.read(|state| {
        by_text(info.user_ids.clone(), |user| {
            let rank = if state.people.is_online(*user) { "0" } else { "1" };
            [rank, &lower(state.people.name(*user))].concat()
        })
    });
    let members = users.into_iter().take(LISTED_MAX);
    let members = members.map(|user| member(ctx, id, user, info.created_by, room));
    let add = move || ctx.ui.open(Dialog::AddPeople(id));
    let add =
        group.then(|| icon_button("icon small", icon::PLUS, "Add people", add).id("add-people"));
    let heading = el("h3", "")
        .text("Members ")
        .with(el("small", "").text(&info.user_ids.len().to_string()))
        .text(" ")
        .with_if(add);
    let ask = move |what: Confirm| move || ctx.ui.open(Dialog::Confirm(what));
    let way_out = |class: &str, id: &str, path: &str, label: &str| {
        el("button", class).attr("type", "button").id(id).with(icon(path)).text(label)
    };
    let leave = group.then(|| {
        way_out("row-button", "leave-channel", icon::EXIT, "Leave channel")
            .on_click(ask(Confirm::Leave(id)))
    });
    let delete = may_delete.then(|| {
        way_out("row-button danger", "delete-channel", icon::TRASH, "Delete channel…")
            .on_click(ask(Confirm::DeleteChannel(id)))
    });
    many(room.then(|| about(ctx, info)))
        .with(places(ctx, id))
        .with(el("section", "").with(heading).with(el("ul", "members").with_all(members)))
        .with(el("section", "pane-actions").with_if(leave).with_if(delete))
}

/// The ways to what was said long ago.
fn places(ctx: Ctx, channel: ChannelId) -> El {
    let button = |path: &str, label: &str| {
        el("button", "row-button").attr("type", "button").with(icon(path)).text(label)
    };
    let pins = button(icon::PIN, "Pinned messages")
        .attr("data-action", "pins")
        .on_click(move || panes::show(ctx, Pane::Pins));
    let search = button(icon::SEARCH, "Search in this channel")
        .attr("data-action", "search-here")
        .on_click(move || {
            ctx.ui.search.update(|(_, here)| *here = true);
            panes::show(ctx, Pane::Search);
        });
    let picked = move |event: leptos::ev::Event| {
        let day = dom::event_value(&event);
        if !day.is_empty() {
            reading::to_day(ctx, channel, &day);
            if page::is_narrow() {
                panes::close(ctx);
            }
        }
    };
    let day = el("input", "")
        .attr("type", "date")
        .id("jump-day")
        .attr("max", &clock::date_of(clock::wall()))
        .on("change", picked);
    let jump = el("label", "row-button day-jump").with(icon(icon::CALENDAR)).text("Go to a day");
    el("section", "places").with(pins).with(search).with(jump.with(day))
}

fn about(ctx: Ctx, info: &ChannelInfo) -> El {
    let id = info.channel_id;
    let topic = info.topic.as_deref().unwrap_or("Nothing is said about it yet.");
    let (sign, seen) = match info.visibility {
        Visibility::Private => (icon::LOCK, "Private: only members can find it"),
        Visibility::Public => (icon::GLOBE, "Public: everyone here can find and join it"),
    };
    let edit = move || ctx.ui.open(Dialog::EditChannel(id));
    let edit = icon_button("icon small", icon::EDIT, "Edit name and topic", edit)
        .attr("data-action", "edit-channel");
    let topic = el("section", "")
        .with(el("h3", "").text("Topic ").with(edit))
        .with(el("p", "").text(topic));
    let seen = el("section", "")
        .with(el("h3", "").text("Visibility"))
        .with(el("p", "fact").with(icon(sign)).text(seen));
    many([topic, seen])
}

fn member(ctx: Ctx, channel: ChannelId, user: UserId, creator: UserId, room: bool) -> El {
    let me = ctx.store.me;
    let removable =
        room && user != me && (creator == me || ctx.store.read(|state| state.people.is_owner(me)));
    let presence = move || {
        let here = if online(ctx, user) { "Online" } else { "Offline" };
        let owner = ctx.store.read(|state| state.people.is_owner(user));
        let role = match (owner, user == creator) {
            (true, _) => " · Owner",
            (false, true) => " · Made this channel",
            (false, false) => "",
        };
        [here, role].concat()
    };
    let who = move || {
        let mut name = name(ctx, user);
        if user == me {
            name.push_str(" (you)");
        }
        name
    };
    let button = |path: &str, word: &str, what: &'static str| {
        let label = move || Some([what, &name(ctx, user)].concat());
        let button = el("button", "icon small").attr("type", "button").attr("data-action", word);
        button.live_attr("aria-label", label).with(icon(path))
    };
    let talk = (user != me).then(|| {
        button(icon::WAVE, "message", "Message ").on_click(move || channels::direct(ctx, user))
    });
    let remove = removable.then(|| {
        let ask = move || ctx.ui.open(Dialog::Confirm(Confirm::Remove(channel, user)));
        button(icon::CLOSE, "remove", "Remove ").on_click(ask)
    });
    let text =
        el("span", "who").with(el("strong", "").words(who)).with(el("small", "").words(presence));
    el("li", "member")
        .attr("data-member-id", &user.to_string())
        .with(avatar(ctx, user, true, ""))
        .with(text)
        .with_if(talk)
        .with_if(remove)
}
