//! The sheet of one channel: its bar, its feed, and the dock with the composer.

use super::avatar::{avatar, online};
use super::composer::composer;
use super::feed::feed;
use super::icon::{self, icon, icon_button};
use crate::browser::element::{El, el, many, memo, watch};
use crate::commands::{Ctx, Pane, panes, reading};
use crate::state::channels::Channel;
use crate::state::connection::Link;
use crate::state::people::typing_line;
use crate::state::{State, Where};
use leptos::prelude::*;
use shared::ChannelId;
use shared::look::hue;

/// Reads from the channel, watched.
fn of<T: Default>(ctx: Ctx, channel: ChannelId, read: impl FnOnce(&State, &Channel) -> T) -> T {
    ctx.store.channels.track();
    ctx.store.people.track();
    ctx.store.read(|state| {
        state.channels.get(channel).map(|known| read(state, known)).unwrap_or_default()
    })
}

/// A channel that the user is a member of.
pub fn sheet(ctx: Ctx, channel: ChannelId) -> El {
    let dock = el("div", "dock")
        .live(jump(ctx, (channel, None)))
        .with(typing(ctx, channel))
        .with(composer(ctx, (channel, None)));
    let offline = memo(move || ctx.store.link.get() == Link::Offline);
    el("main", &["sheet ", hue(&channel.to_string())].concat())
        .attr("aria-labelledby", "channel-name")
        .with(header(ctx, channel))
        .live(move || offline.get().then(|| banner(ctx)))
        .with(feed(ctx, (channel, None)))
        .with(dock)
}

fn header(ctx: Ctx, channel: ChannelId) -> El {
    // Who else is in a conversation of two never changes.
    let other = ctx.store.read(|state| {
        let known = state.channels.get(channel).filter(|channel| channel.is_direct());
        known.and_then(|channel| channel.others(state.me).next())
    });
    let about = move || match other {
        Some(user) if online(ctx, user) => "Online".to_owned(),
        Some(_) => "Offline".to_owned(),
        None => of(ctx, channel, |_, known| {
            let count = known.info.user_ids.len();
            match (known.info.topic.as_deref(), count) {
                (Some(topic), _) => topic.to_owned(),
                (None, 1) => "1 member".to_owned(),
                (None, _) => [&count.to_string(), " members"].concat(),
            }
        }),
    };
    let faces: Memo<Vec<String>> = memo(move || {
        of(ctx, channel, |state, known| {
            let count = known.info.user_ids.len().to_string();
            let faces = known.others(state.me).take(3).map(|user| user.to_string());
            std::iter::once(count).chain(faces).collect()
        })
    });
    let crowd = move || {
        other.is_none().then(|| {
            faces.with(|faces| {
                let users = faces.iter().skip(1).filter_map(|user| user.parse().ok());
                let users = users.map(|user| avatar(ctx, user, false, ""));
                let count = faces.first().map(|count| el("small", "").text(count));
                el("span", "faces").attr("aria-hidden", "true").with_all(users).with_if(count)
            })
        })
    };
    let back = move || ctx.ui.go_to("/".to_owned());
    let back = icon_button("icon back", icon::BACK, "Back to channels", back).id("back");
    let title = el("h1", "").id("channel-name").attr("tabindex", "-1");
    let name = move || of(ctx, channel, |state, known| known.title(&state.people, state.me));
    let title = title.words(name);
    let open = move |pane: Pane, id: &str, path: &str, label: &str| {
        icon_button("icon", path, label, move || panes::toggle(ctx, pane))
            .id(id)
            .live_bool("aria-expanded", move || ctx.ui.pane.get() == Some(pane))
    };
    let pins = open(Pane::Pins, "pins", icon::PIN, "Pinned messages");
    let details = open(Pane::Details, "details", icon::INFO, "Details");
    el("header", "bar")
        .with(back)
        .with_if(other.map(|user| avatar(ctx, user, true, " large")))
        .with(el("div", "").with(title).with(el("p", "").words(about)))
        .live(crowd)
        .with(pins)
        .with(details)
}

fn banner(ctx: Ctx) -> El {
    let text = "Offline. Messages wait here and are sent by themselves.";
    let again = el("button", "link").attr("type", "button").id("reconnect").text("Try now");
    el("p", "banner")
        .attr("role", "status")
        .with(icon(icon::OFF))
        .with(el("span", "").text(text))
        .with(again.on_click(move || ctx.net.retry()))
}

/// The button over the composer that leads to the present, with how much came there.
pub fn jump(ctx: Ctx, at: Where) -> impl Fn() -> Option<El> {
    let stand = ctx.ui.stand(at);
    watch(move || {
        let arrivals = ctx.store.arrivals.get();
        let here = arrivals.iter().filter(|new| (new.channel_id, new.thread) == at);
        let here = here.count() as u32;
        if here > 0 && !stand.at_end.get_untracked() {
            stand.missed.update(|missed| *missed += here);
        }
    });
    move || {
        if stand.at_end.get() {
            return None;
        }
        let text = move || match stand.missed.get() {
            0 => "Jump to present".to_owned(),
            missed => [&missed.to_string(), " new · Jump to present"].concat(),
        };
        let id = if at.1.is_some() { "thread-jump" } else { "jump" };
        let jump = el("button", "jump").attr("type", "button").id(id).with(icon(icon::DOWN));
        Some(jump.words(text).on_click(move || reading::to_present(ctx, at)))
    }
}

fn typing(ctx: Ctx, channel: ChannelId) -> El {
    let line = memo(move || {
        ctx.store.typing.track();
        ctx.store.people.track();
        ctx.store.read(|state| {
            let users = state.typing.who(channel);
            let names: Vec<&str> = users.iter().map(|user| state.people.name(*user)).collect();
            typing_line(&names)
        })
    });
    let dots = move || {
        let some = line.with(|line| !line.is_empty());
        some.then(|| many((0..3).map(|_| el("i", ""))).text(" "))
    };
    el("p", "typing").id("typing").live(dots).words(move || line.get())
}
