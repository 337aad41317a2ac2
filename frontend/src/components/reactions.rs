//! Reactions: the chips under a row, and the quick ones in its toolbar. The choice of all emoji is
//! `emoji.rs`'.

use crate::browser::dom;
use crate::browser::element::{El, el, memo};
use crate::commands::{Ctx, emoji, messages};
use crate::state::rows::Row;
use leptos::prelude::*;
use shared::ChannelId;

/// The reactions that are one click away.
pub const QUICK: [&str; 6] = ["👍", "❤️", "😂", "🎉", "👀", "✅"];

/// The chips under a row. A click joins in, or takes one's own back.
pub fn chips(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> impl Fn() -> Option<El> {
    let some = memo(move || row.with(|row| !row.chips.is_empty()));
    move || {
        let emoji = move || row.with(|row| row.chips.iter().map(|c| c.emoji.clone()).collect());
        some.get().then(|| {
            el("p", "react").each(emoji, move |emoji| chip(ctx, channel, row, emoji.to_owned()))
        })
    }
}

fn chip(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>, emoji: String) -> El {
    let this = emoji.clone();
    let users = move || {
        row.with(|row| {
            let chip = row.chips.iter().find(|chip| chip.emoji == this);
            chip.map(|chip| chip.users.clone()).unwrap_or_default()
        })
    };
    let (counted, mine) = (users.clone(), users.clone());
    let names = move || {
        ctx.store.people.track();
        let users = users();
        ctx.store.read(|state| {
            let name = |user| if user == state.me { "you" } else { state.people.name(user) };
            let names: Vec<&str> = users.iter().take(20).map(|user| name(*user)).collect();
            let more = users.len().saturating_sub(names.len());
            let mut text = names.join(", ");
            if more > 0 {
                text.push_str(&[" and ", &more.to_string(), " more"].concat());
            }
            text
        })
    };
    let labelled = names.clone();
    let said = emoji.clone();
    let clicked = emoji.clone();
    let count = move || counted().len().to_string();
    el("button", "")
        .attr("type", "button")
        .attr("data-emoji", &emoji)
        .live_bool("aria-pressed", move || mine().contains(&ctx.store.me))
        .live_attr("aria-label", move || Some([&said, " from ", &labelled()].concat()))
        .live_attr("title", move || Some(names()))
        .on_click(move || {
            let row = row.get_untracked();
            messages::react(ctx, channel, &row, &clicked);
        })
        .text(&emoji)
        .text(" ")
        .with(el("b", "").words(count))
}

/// The choice of emoji: the quick ones, and all others behind one more button.
pub fn choice(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> El {
    let button = move |emoji: &'static str| {
        el("button", "")
            .attr("type", "button")
            .attr("data-react", emoji)
            .attr("aria-label", &["React with ", emoji].concat())
            .text(emoji)
            .on_click(move || {
                let row = row.get_untracked();
                messages::react(ctx, channel, &row, emoji);
            })
    };
    let all = move || {
        let key = row.with_untracked(|row| row.key.clone());
        let article = ["article[data-key=\"", &key, "\"]"].concat();
        emoji::choose(ctx, &[&article, " .quick"].concat(), move |emoji| {
            if let Some(row) = row.try_get_untracked() {
                messages::react(ctx, channel, &row, emoji);
            }
            dom::focus(&article);
        });
    };
    let all = el("button", "")
        .attr("type", "button")
        .attr("data-action", "all-emoji")
        .attr("aria-label", "More reactions")
        .attr("aria-haspopup", "dialog")
        .text("…")
        .on_click(all);
    el("span", "quick")
        .attr("role", "group")
        .attr("aria-label", "React with")
        .with_all(QUICK.iter().map(|emoji| button(emoji)))
        .with(all)
}
