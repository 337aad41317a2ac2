//! One row of the feed. It is made once for its key and then only changes: what confirms, edits or
//! reacts sets its signal, and never makes it anew. What stands in it is `body.rs`', what can be
//! done with it `toolbar.rs`'; pointers and keys on rows are the feed's.

use super::avatar::avatar;
use super::body::{body, time_view};
pub use super::toolbar::act;
use super::toolbar::toolbar;
use crate::browser::clock;
use crate::browser::element::{El, el, many, memo};
use crate::commands::Ctx;
use crate::state::rows::Row;
use leptos::prelude::*;
use shared::ChannelId;
use shared::look::hue;

/// What the feed holds of a row: signals that outlive the row's own drawing.
#[derive(Clone)]
pub struct Handle {
    /// What the row shows.
    pub row: ArcRwSignal<Row>,
    /// Whether somebody points at it or the keyboard is in it.
    pub near: ArcRwSignal<bool>,
}

/// A row with what stands before it: the day, the "New" line. `arrived`: it just came live.
pub fn row_view(
    ctx: Ctx,
    channel: ChannelId,
    handle: &Handle,
    roving: Memo<String>,
    arrived: bool,
) -> El {
    let row = RwSignal::from(handle.row.clone());
    let near = RwSignal::from(handle.near.clone());
    let (key, author, own) = row.with_untracked(|row| (row.key.clone(), row.author, row.own));
    let same = move |at: &Option<String>| row.with_untracked(|row| at.as_ref() == Some(&row.key));
    let day = memo(move || row.with(|row| row.day));
    let new = memo(move || row.with(|row| row.new));
    let head = memo(move || row.with(|row| row.head));
    let open = memo(move || {
        let tools = ctx.ui.tools.with(|tools| tools.as_ref().map(|(at, _)| at.clone()));
        same(&tools)
    });
    let editing = memo(move || ctx.ui.editing.with(same) && !row.with(|row| row.deleted));
    let tools = memo(move || {
        let shown = near.get() || open.get();
        shown && !editing.get() && row.with(|row| !row.deleted && row.message_id.is_some())
    });
    let before = move || {
        // A feed holds articles alone: what stands between them is read, and is nothing of its own.
        let line = |class: &str, text: &str| {
            el("p", class).attr("role", "none").with(el("span", "").text(text))
        };
        let day = day.get().then(|| {
            let at = row.with_untracked(|row| row.at);
            line("day", &clock::day(at))
        });
        let new = new.get().then(|| line("new", "New"));
        Some(many(day.into_iter().chain(new)))
    };
    let (author_id, time_id) = (["a-", &key].concat(), ["t-", &key].concat());
    let labelled = [&author_id, " ", &time_id].concat();
    let ids = (author_id, time_id.clone());
    let side = move || {
        Some(if head.get() {
            avatar(ctx, author, false, "")
        } else {
            let at = row.with_untracked(|row| row.at);
            time_view("aside", &time_id, at, &clock::short_time(at))
        })
    };
    let tab = move || {
        let here = roving.with(|at| row.with_untracked(|row| row.key == *at));
        Some(if here { "0" } else { "-1" }.to_owned())
    };
    let seq = move || row.with(|row| row.seq.map(|seq| seq.to_string()));
    let mut class = hue(&author.to_string()).to_owned();
    if own {
        class.push_str(" own");
    }
    if arrived {
        class.push_str(" arrived");
    }
    let article = el("article", &class)
        .live_class("head", move || head.get())
        .live_class("mention", move || row.with(|row| row.mention))
        .live_class("editing", move || editing.get())
        .live_class("highlight", move || {
            let seq = ctx.ui.highlight.get();
            seq.is_some() && row.with(|row| row.seq) == seq
        })
        .attr("data-key", &key)
        .live_attr("data-message-id", move || row.with(|row| row.message_id.map(|m| m.to_string())))
        .live_attr("data-seq", seq)
        .live_attr("data-nonce", move || row.with(|row| row.nonce.clone()))
        .live_attr("data-state", move || row.with(|row| Some(row.state.word().to_owned())))
        .live_attr("data-tools", move || open.get().then(|| "open".to_owned()))
        .live_attr("tabindex", tab)
        .attr("aria-labelledby", &labelled)
        .live_attr("aria-posinset", seq)
        .attr("aria-setsize", "-1")
        .live(side)
        .with(body(ctx, channel, row, editing, ids))
        .live(move || tools.get().then(|| toolbar(ctx, channel, row)));
    many([]).live(before).with(article)
}
