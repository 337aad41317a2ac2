//! One message in a list: where it was said, by whom and when, how it begins, and what the list
//! tells of it. The whole of it is one link to the message.

use super::avatar::{avatar, name};
use super::icon::{self, icon, icon_button};
use crate::browser::element::{El, el};
use crate::browser::{clock, history};
use crate::commands::{Ctx, Pane, keeping, lists};
use crate::state::text::unlinked;
use leptos::prelude::*;
use shared::api::messages::ListedMessage;
use shared::look::hue;
use shared::{ChatMessage, Timestamp, UserId};

/// Where an item stands.
#[derive(Clone, Copy)]
pub struct Place {
    /// In which pane.
    pub pane: Pane,
    /// The key of the item that Tab reaches.
    pub roving: Memo<String>,
    /// Whether the day stands before it.
    pub day: bool,
}

/// One message of a list.
pub fn listed(ctx: Ctx, item: ListedMessage, key: &str, at: Place) -> El {
    let ListedMessage { message, marked, unread } = item;
    let pane = at.pane;
    let (channel, id) = (message.channel_id, message.message_id);
    let day = at.day.then(|| el("h3", "list-day").text(&clock::day(message.sent_at)));
    let stop = key.to_owned();
    let tab = move || {
        let here = at.roving.with(|roving| *roving == stop);
        Some(if here { "0" } else { "-1" }.to_owned())
    };
    let place = (pane != Pane::Pins).then(|| place(ctx, &message));
    let card = el("a", "card")
        .attr("href", &lists::address(&message))
        .attr("data-listed", key)
        .live_attr("tabindex", tab)
        .with_if(place)
        .with(head(ctx, &message, at.day || pane == Pane::Search))
        .with(excerpt(&message, marked.as_deref()))
        .with_if(files(&message))
        .with_if(foot(ctx, pane, &message, unread.unwrap_or(0)));
    let own = match pane {
        Pane::Pins => Some(("Take down", icon::CLOSE)),
        Pane::Bookmarks => Some(("Remove the bookmark", icon::CLOSE)),
        _ => None,
    };
    let forget = own.map(|(label, path)| {
        let forget = move || match pane {
            Pane::Pins => keeping::pin(ctx, channel, id, false),
            _ => keeping::bookmark(ctx, channel, id, false),
        };
        icon_button("icon small forget", path, label, forget).attr("title", label)
    });
    let clicked = move |event: leptos::ev::Event| {
        if history::followed(&event).is_some() {
            event.prevent_default();
            lists::open(ctx, &message, pane);
        }
    };
    let item = el("div", &["listed ", hue(&channel.to_string())].concat())
        .live_class("unread", move || unread.is_some_and(|count| count > 0))
        .attr("data-message-id", &id.to_string())
        .with(card.on("click", clicked))
        .with_if(forget);
    el("li", "").with_if(day).with(item)
}

/// The channel that it is in.
fn place(ctx: Ctx, message: &ChatMessage) -> El {
    let channel = message.channel_id;
    let title = move || {
        ctx.store.channels.track();
        ctx.store.people.track();
        ctx.store.read(|state| state.title(channel))
    };
    let thread = message.thread_root.map(|_| el("span", "").text("· in a thread"));
    el("span", "list-place")
        .with(el("i", "swatch").attr("aria-hidden", "true"))
        .with(el("span", "label").words(title))
        .with_if(thread)
}

fn head(ctx: Ctx, message: &ChatMessage, under_day: bool) -> El {
    let author = message.user_id;
    let class = ["name ", hue(&author.to_string())].concat();
    el("span", "listed-head")
        .with(avatar(ctx, author, false, ""))
        .with(el("strong", &class).words(move || name(ctx, author)))
        .with(moment(message.sent_at, under_day))
}

fn moment(at: Timestamp, under_day: bool) -> El {
    let time = clock::time(at);
    let text = if under_day { time } else { [&clock::day(at), " ", &time].concat() };
    el("time", "").attr("datetime", &at.to_rfc3339()).attr("title", &clock::full(at)).text(&text)
}

fn excerpt(message: &ChatMessage, marked: Option<&str>) -> El {
    if message.deleted_at.is_some() {
        return el("span", "deleted").text("This message was deleted");
    }
    match (marked, &message.html) {
        (Some(marked), _) => el("div", "text excerpt").markup(marked),
        (None, Some(html)) => el("div", "text rich excerpt").markup(&unlinked(html)),
        (None, None) => el("div", "text excerpt").text(&message.message),
    }
}

fn files(message: &ChatMessage) -> Option<El> {
    let first = message.attachments.first()?;
    let text = match message.attachments.len() {
        1 => first.filename.clone(),
        count => [&first.filename, " and ", &(count - 1).to_string(), " more"].concat(),
    };
    Some(el("span", "list-foot").with(icon(icon::CLIP)).text(&text))
}

/// What the list tells of it: who pinned it, or how its thread went on.
fn foot(ctx: Ctx, pane: Pane, message: &ChatMessage, unread: u64) -> Option<El> {
    if pane == Pane::Pins {
        let by: UserId = message.pinned_by?;
        let text = move || ["Pinned by ", &name(ctx, by)].concat();
        return Some(el("span", "list-foot").with(icon(icon::PIN)).words(text));
    }
    if pane != Pane::Threads {
        return None;
    }
    let faces = message.replier_ids.iter().map(|user| avatar(ctx, *user, false, ""));
    let count = message.reply_count.unwrap_or(0);
    let noun = if count == 1 { " reply" } else { " replies" };
    let last = message.last_reply_at.map(|at| moment(at, false));
    let badge = (unread > 0).then(|| {
        let label = [&unread.to_string(), " new"].concat();
        el("b", "count").text(&label)
    });
    let foot = el("span", "list-foot")
        .with(el("span", "faces").attr("aria-hidden", "true").with_all(faces))
        .with(el("span", "replies-count").text(&[&count.to_string(), noun].concat()));
    Some(foot.with_if(last).with_if(badge))
}
