//! A channel's address: the sheet for its members, the way in where it is public, and nothing for
//! everybody else.

use super::home::blank_sheet;
use super::lost::lost;
use crate::browser::element::{El, el, many};
use crate::commands::{Ctx, channels};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{ChannelId, ChannelInfo};

/// A sheet of which nothing is known yet.
pub fn waiting() -> El {
    el("main", "sheet h12").attr("aria-busy", "true")
}

/// A channel that the user is no member of: perhaps it may be joined.
pub fn outside(ctx: Ctx, id: ChannelId) -> El {
    let found = RwSignal::new(None::<Option<ChannelInfo>>);
    spawn_local(async move {
        let _ = found.try_set(Some(channels::look(id).await.ok()));
    });
    many([]).live(move || {
        Some(match found.get() {
            None => waiting(),
            Some(None) => lost(),
            Some(Some(info)) => joinable(ctx, info),
        })
    })
}

fn joinable(ctx: Ctx, info: ChannelInfo) -> El {
    let id = info.channel_id;
    let topic = info
        .topic
        .unwrap_or_else(|| [&info.user_ids.len().to_string(), " people are in it."].concat());
    let join = el("button", "primary")
        .attr("type", "button")
        .id("join")
        .text("Join this channel")
        .on_click(move || channels::join(ctx, id));
    let below = many([el("p", "").text(&topic), join]);
    blank_sheet("welcome", el("h1", "").text(&info.name.unwrap_or_default()), below)
}
