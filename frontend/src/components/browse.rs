//! The public channels, to find and join.

use super::dialog::dialog;
use crate::browser::dom;
use crate::browser::element::{El, el, many};
use crate::commands::{Ctx, channels};
use crate::state::people::matches;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ChannelInfo;
use shared::look::hue;

/// The dialog with every public channel.
pub fn browse(ctx: Ctx) -> El {
    let found = RwSignal::new(None::<Result<Vec<ChannelInfo>, String>>);
    let query = RwSignal::new(String::new());
    spawn_local(async move {
        let list = channels::discover().await.map_err(|failure| failure.say().to_owned());
        let _ = found.try_set(Some(list));
    });
    let hint = |text: &str| el("li", "rail-hint").text(text);
    let results = move || {
        let list = match found.get() {
            None => return Some(hint("One moment…")),
            Some(Err(why)) => return Some(el("li", "error").attr("role", "alert").text(&why)),
            Some(Ok(list)) => list,
        };
        let query = query.get();
        let fits = |info: &ChannelInfo| {
            matches(info.name.as_deref().unwrap_or_default(), &query)
                || info.topic.as_deref().is_some_and(|topic| matches(topic, &query))
        };
        let shown: Vec<El> = list.into_iter().filter(fits).map(|info| result(ctx, info)).collect();
        Some(if shown.is_empty() {
            hint("There is no such channel. Make it with the + beside Channels.")
        } else {
            many(shown)
        })
    };
    let input = el("input", "")
        .attr("type", "search")
        .id("browse-query")
        .attr("aria-label", "Find a channel")
        .attr("placeholder", "Find a channel")
        .attr("autocomplete", "off")
        .on("input", move |event| query.set(dom::event_value(&event)));
    let body = el("div", "form").with(input).with(el("ul", "results").live(results));
    dialog(ctx, "browse", "Browse channels", "#browse-query", body)
}

fn result(ctx: Ctx, info: ChannelInfo) -> El {
    let id = info.channel_id;
    let inside = ctx.store.read(|state| state.channels.get(id).is_some());
    let count = info.user_ids.len();
    let noun = if count == 1 { " member" } else { " members" };
    let members = [&count.to_string(), noun].concat();
    let about = match info.topic {
        Some(topic) => [&topic, " · ", &members].concat(),
        None => members,
    };
    let clicked = move || {
        dom::close_dialog("browse");
        if inside {
            channels::go(ctx, id);
        } else {
            channels::join(ctx, id);
        }
    };
    let who = el("span", "who")
        .with(el("strong", "").text(&info.name.unwrap_or_default()))
        .with(el("small", "").text(&about));
    let (class, label) = if inside { ("quiet", "Open") } else { ("soft", "Join") };
    let button = el("button", class).attr("type", "button").text(label).on_click(clicked);
    el("li", &["result ", hue(&id.to_string())].concat())
        .attr("data-channel-id", &id.to_string())
        .with(el("i", "swatch").attr("aria-hidden", "true"))
        .with(who)
        .with(button)
}
