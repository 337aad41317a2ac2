//! The feed: rows in a bounded window, paged at both edges, standing still where people read.
//!
//! The rows' content is no keyed store: a pass over the window compares each row with its signal
//! and sets what differs; the list itself changes only when rows come or go.

use super::icon::{self, icon};
use super::row::{act, row_view};
use crate::browser::{clock, dom, scroll};
use crate::commands::{Ctx, Dialog, Land, reading};
use crate::state::look::hue;
use crate::state::rows::Row;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::{ChannelId, ChannelKind};
use std::collections::HashMap;

/// Pixels from an edge at which the next page is loaded.
const EDGE_PX: f64 = 800.0;

type Rows = HashMap<String, ArcRwSignal<Row>>;

/// The messages of a channel.
#[component]
pub fn Feed(
    /// Which channel.
    channel: ChannelId,
) -> impl IntoView {
    let ctx = Ctx::get();
    let rows = StoredValue::new(Rows::new());
    let keys = RwSignal::new(Vec::<String>::new());
    let busy = RwSignal::new(false);
    let empty = RwSignal::new(false);
    Effect::new(move |_| {
        ctx.store.rows.track();
        let stuck = scroll::to_end() < reading::STICK_PX;
        let anchor = if stuck { None } else { scroll::anchor() };
        let (drawn, loading, begun) = ctx.store.read(|state| {
            let room = state.rooms.get(&channel);
            let loading = room.is_none_or(|room| room.loading);
            let begun = room.is_some_and(|room| room.timeline.cursor() > 0 || !room.loading);
            (state.rows(channel, &clock::day_of), loading, begun)
        });
        busy.set(loading && drawn.is_empty());
        empty.set(begun && !loading && drawn.is_empty());
        let next: Vec<String> = drawn.iter().map(|row| row.key.clone()).collect();
        rows.update_value(|rows| reconcile(rows, drawn));
        if keys.with_untracked(|keys| *keys != next) {
            keys.set(next);
        }
        spawn_local(async move {
            tick().await;
            settle(ctx, channel, stuck, anchor);
        });
    });
    let roving = Memo::new(move |_| {
        let at = ctx.ui.row.get();
        keys.with(|keys| at.filter(|at| keys.contains(at)).or_else(|| keys.last().cloned()))
    });
    let row = move |key: &str| rows.with_value(|rows| rows.get(key).cloned());
    let children = move |key: String| match row(&key) {
        Some(signal) => row_view(ctx, channel, RwSignal::from(signal), roving),
        None => ().into_any(),
    };
    let pending = StoredValue::new(false);
    let scrolled = move |_| {
        if !pending.get_value() {
            pending.set_value(true);
            request_animation_frame(move || {
                pending.try_set_value(false);
                look_around(ctx, channel);
            });
        }
    };
    let look = move |_| look_around(ctx, channel);
    for name in ["focus", "visibilitychange", "resize"] {
        let listener = window_event_listener_untyped(name, look);
        on_cleanup(move || listener.remove());
    }
    let pressed = move |event: KeyboardEvent| {
        let key = dom::nearest(event.target(), "data-key");
        let row = key.and_then(|key| row(&key));
        if let Some(row) = row {
            row.with_untracked(|row| keys_on(ctx, channel, row, &event));
        }
    };
    view! {
        <div
            class="feed"
            role="feed"
            aria-label="Messages"
            aria-busy=move || if busy.get() { "true" } else { "false" }
            on:scroll=scrolled
            on:keydown=pressed
        >
            <div class="column" class:skeleton=move || busy.get()>
                {move || busy.get().then(ghosts)}
                {move || empty.get().then(|| beginning(ctx, channel))}
                <For each=move || keys.get() key=|key| key.clone() children=children />
            </div>
        </div>
    }
}

/// Sets what differs, makes what is new, and lets go of what is gone.
fn reconcile(rows: &mut Rows, drawn: Vec<Row>) {
    let mut old = std::mem::take(rows);
    for row in drawn {
        let key = row.key.clone();
        let signal = match old.remove(&key) {
            Some(signal) => {
                if signal.with_untracked(|known| *known != row) {
                    signal.set(row);
                }
                signal
            }
            None => ArcRwSignal::new(row),
        };
        rows.insert(key, signal);
    }
}

/// Puts the feed where it belongs, once the rows are drawn.
fn settle(ctx: Ctx, channel: ChannelId, stuck: bool, anchor: Option<scroll::Anchor>) {
    let here = ctx.store.read(|state| {
        state.open == Some(channel)
            && state
                .rooms
                .get(&channel)
                .is_some_and(|room| !room.loading || room.timeline.cursor() > 0)
    });
    let land = ctx.ui.land.try_get_value().flatten().filter(|_| here);
    match land {
        Some(Land::End) => scroll::go_to_end(),
        Some(Land::New) => {
            if !scroll::show(".feed .new", true) {
                scroll::go_to_end();
            }
        }
        Some(Land::Seq(seq)) => {
            let loading = ctx.store.read(|s| s.rooms.get(&channel).is_some_and(|r| r.loading));
            let row = [".feed article[data-seq=\"", &seq.to_string(), "\"]"].concat();
            if !scroll::show(&row, true) && loading {
                return; // what is around it is on its way
            }
        }
        None if stuck => scroll::go_to_end(),
        None => {
            if let Some(anchor) = &anchor {
                scroll::hold(anchor);
            }
        }
    }
    if land.is_some() {
        ctx.ui.land.try_set_value(None);
    }
    look_around(ctx, channel);
    reading::trim(ctx, channel, stuck);
}

/// Loads what the edges need, and marks what is shown as read.
fn look_around(ctx: Ctx, channel: ChannelId) {
    let present = ctx.store.read(|state| {
        state.open == Some(channel) && state.rooms.get(&channel).is_some_and(|r| r.at_present())
    });
    let end = scroll::to_end();
    let at_end = present && end < reading::STICK_PX;
    if ctx.ui.at_end.try_get_untracked().is_some_and(|known| known != at_end) {
        let _ = ctx.ui.at_end.try_set(at_end);
    }
    if at_end && ctx.ui.missed.try_get_untracked().is_some_and(|missed| missed > 0) {
        let _ = ctx.ui.missed.try_set(0);
    }
    if scroll::to_start() < EDGE_PX {
        reading::older(ctx, channel);
    }
    if !present && end < EDGE_PX {
        reading::newer(ctx, channel);
    }
    reading::mark_shown(ctx, channel);
}

/// Keys on a row that has the keyboard.
fn keys_on(ctx: Ctx, channel: ChannelId, row: &Row, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || dom::is_writing() {
        return;
    }
    let on_row = dom::is_row(event.target());
    let single = ctx.ui.single_keys.get_untracked();
    let key = event.key();
    let step = match key.as_str() {
        "ArrowDown" | "PageDown" if on_row => 1,
        "ArrowUp" | "PageUp" if on_row => -1,
        _ => 0,
    };
    let action = match key.as_str() {
        "r" | "R" => "reply",
        "+" => "react",
        "u" | "U" => "unread",
        "e" | "E" => "edit",
        _ => "",
    };
    if step != 0 {
        event.prevent_default();
        dom::focus_step(".feed article", step);
    } else if key == "Escape" && ctx.ui.tools.get_untracked().is_some() {
        event.prevent_default();
        event.stop_propagation();
        ctx.ui.tools.set(None);
        dom::focus(".feed article[tabindex=\"0\"]");
    } else if single && !action.is_empty() {
        event.prevent_default();
        act(ctx, channel, row, action);
    }
}

fn ghosts() -> AnyView {
    let ghost = |lines: usize| {
        let bones: Vec<_> = (0..lines).map(|_| view! { <span class="bone"></span> }).collect();
        view! {
            <div class="ghost" aria-hidden="true">
                <span class="bone face"></span>
                <div><span class="bone name"></span>{bones}</div>
            </div>
        }
    };
    [3, 1, 2, 2, 3].into_iter().map(ghost).collect::<Vec<_>>().into_any()
}

/// What stands in a channel in which nothing was said: where it begins, and what to do.
fn beginning(ctx: Ctx, channel: ChannelId) -> AnyView {
    let (title, kind, count) = ctx.store.read(|state| {
        let known = state.channels.get(channel);
        let kind = known.map(|channel| channel.info.kind);
        let count = known.map_or(0, |channel| channel.info.user_ids.len());
        (state.title(channel), kind, count)
    });
    let title = ["This is the start of ", &title].concat();
    let verb = if count == 1 { " is" } else { " are" };
    let people = [&count.to_string(), verb, " in it so far"].concat();
    let more = (kind == Some(ChannelKind::Room)).then(|| {
        view! {
            <li>
                <button
                    type="button"
                    data-action="add-people"
                    on:click=move |_| ctx.ui.open(Dialog::AddPeople(channel))
                >
                    {icon(icon::PEOPLE)}
                    <span><strong>"Add people"</strong><small>{people}</small></span>
                </button>
            </li>
            <li>
                <button
                    type="button"
                    data-action="set-topic"
                    on:click=move |_| ctx.ui.open(Dialog::EditChannel(channel))
                >
                    {icon(icon::EDIT)}
                    <span>
                        <strong>"Say what it is for"</strong>
                        <small>"A topic, shown at the top"</small>
                    </span>
                </button>
            </li>
        }
    });
    let hello = move |_| {
        ctx.ui.compose.set(Some("Hello! 👋".to_owned()));
    };
    view! {
        <section class=["empty ", hue(&channel.to_string())].concat()>
            <i class="swatch big" aria-hidden="true"></i>
            <h2>{title}</h2>
            <p>"What is said here is kept here, for the people in it."</p>
            <ul class="actions">
                {more}
                <li>
                    <button type="button" data-action="say-hello" on:click=hello>
                        {icon(icon::WAVE)}
                        <span>
                            <strong>"Say hello"</strong>
                            <small>"The first message is the hardest"</small>
                        </span>
                    </button>
                </li>
            </ul>
        </section>
    }
    .into_any()
}
