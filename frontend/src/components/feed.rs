//! The feed of a channel, or of the thread beside it: rows in a bounded window, paged at both
//! edges, standing still where people read.
//!
//! The rows' content is no keyed store: a pass over the window compares each row with its signal
//! and sets what differs; the list itself changes only when rows come or go. Pointers and keys are
//! listened to once, here, and not on every row.

use super::icon::{self, icon};
use super::row::{Handle, act, row_view};
use crate::browser::element::{El, el, many, memo, watch};
use crate::browser::{clock, dom, press, scroll};
use crate::commands::{Ctx, Dialog, Land, Stand, panes, reading};
use crate::state::rows::Row;
use crate::state::{State, Where};
use gloo_timers::callback::Timeout;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::look::hue;
use shared::map::HashMap;
use shared::{ChannelId, ChannelKind};

/// Pixels from an edge at which the next page is loaded.
const EDGE_PX: f64 = 800.0;
/// Milliseconds after which a press on touch opens the toolbar.
const LONG_PRESS_MS: u32 = 450;

type Rows = HashMap<String, Handle>;

/// The messages of a channel, or of the thread on the screen.
pub fn feed(ctx: Ctx, at: Where) -> El {
    let (channel, thread) = at;
    let stand = ctx.ui.stand(at);
    let rows = StoredValue::new(Rows::default());
    let keys = RwSignal::new(Vec::<String>::new());
    let busy = RwSignal::new(false);
    let empty = RwSignal::new(false);
    watch(move || {
        ctx.store.rows_at(at).track();
        untrack(|| draw(ctx, at, rows, keys, busy, empty));
    });
    let roving = memo(move || {
        let at = stand.row.get();
        keys.with(|keys| {
            let at = at.filter(|at| keys.contains(at)).or_else(|| keys.last().cloned());
            at.unwrap_or_default()
        })
    });
    let landed = StoredValue::new(false);
    let row = move |key: &str| match rows.with_value(|rows| rows.get(key).cloned()) {
        Some(handle) => {
            // Only what comes to a feed that is being read at its end is seen to arrive.
            let last = keys.with_untracked(|keys| keys.last().is_some_and(|last| last == key));
            let (others, first) =
                handle.row.with_untracked(|row| (!row.own, row.message_id == thread));
            let end = stand.at_end.get_untracked() && landed.get_value();
            let row = row_view(ctx, channel, &handle, roving, last && others && end);
            if thread.is_some() && first { many([row, replies(ctx, at)]) } else { row }
        }
        None => many([]),
    };
    let land = move || {
        landed.try_set_value(true);
    };
    set_timeout(land, std::time::Duration::from_secs(1));
    let pending = StoredValue::new(false);
    let scrolled = move |_| {
        if !pending.get_value() {
            pending.set_value(true);
            request_animation_frame(move || {
                pending.try_set_value(false);
                look_around(ctx, at);
            });
        }
    };
    for name in ["focus", "visibilitychange", "resize"] {
        let listener = window_event_listener_untyped(name, move |_| look_around(ctx, at));
        on_cleanup(move || listener.remove());
    }
    let pressed = move |event: KeyboardEvent| {
        let key = dom::nearest(event.target(), "data-key");
        let handle = key.and_then(|key| rows.with_value(|rows| rows.get(&key).cloned()));
        if let Some(handle) = handle {
            let row = handle.row.get_untracked();
            keys_on(ctx, at, &row, &event);
        }
    };
    let column = el("div", "column")
        .live_class("skeleton", move || busy.get())
        .live(move || busy.get().then(ghosts))
        .live(move || {
            empty.get().then(|| match thread {
                Some(_) => broken(ctx),
                None => beginning(ctx, channel),
            })
        })
        .each(move || keys.get(), row);
    let feed = el("div", "feed")
        .id(stand.feed.trim_start_matches('#'))
        .live_attr("role", move || (!empty.get()).then(|| "feed".to_owned()))
        .attr("aria-label", if thread.is_some() { "Thread" } else { "Messages" })
        .live_bool("aria-busy", move || busy.get())
        .on("scroll", scrolled)
        .on_key(pressed)
        .with(column);
    point(ctx, stand, feed, rows)
}

/// Brings the rows' signals up to date, and the feed to where it belongs once they are drawn.
fn draw(
    ctx: Ctx,
    at: Where,
    rows: StoredValue<Rows>,
    keys: RwSignal<Vec<String>>,
    busy: RwSignal<bool>,
    empty: RwSignal<bool>,
) {
    let feed = ctx.ui.stand(at).feed;
    let stuck = scroll::to_end(feed) < reading::STICK_PX;
    let anchor = if stuck { None } else { scroll::anchor(feed) };
    let (drawn, loading, begun) = ctx.store.read(|state| {
        let room = state.room(at);
        let loading = room.is_none_or(|room| room.loading);
        let begun = room.is_some_and(|room| room.timeline.cursor() > 0 || !room.loading);
        (state.rows_at(at, &clock::day_of), loading, begun)
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
        settle(ctx, at, stuck, anchor);
    });
}

/// Sets what differs, makes what is new, and lets go of what is gone.
fn reconcile(rows: &mut Rows, drawn: Vec<Row>) {
    let mut old = std::mem::take(rows);
    for row in drawn {
        let key = row.key.clone();
        let handle = match old.remove(&key) {
            Some(handle) => {
                if handle.row.with_untracked(|known| *known != row) {
                    handle.row.set(row);
                }
                handle
            }
            None => Handle { row: ArcRwSignal::new(row), near: ArcRwSignal::new(false) },
        };
        rows.insert(key, handle);
    }
}

/// Knows which row is pointed at and which one the keyboard is in; a long press opens a toolbar.
fn point(ctx: Ctx, stand: Stand, feed: El, rows: StoredValue<Rows>) -> El {
    let hovered = StoredValue::new(None::<String>);
    let focused = StoredValue::new(None::<String>);
    let refresh = move |key: Option<String>| {
        let Some(key) = key else { return };
        let near = hovered.with_value(|at| at.as_ref() == Some(&key))
            || focused.with_value(|at| at.as_ref() == Some(&key));
        let handle = rows.with_value(|rows| rows.get(&key).cloned());
        if let Some(handle) = handle.filter(|handle| handle.near.get_untracked() != near) {
            handle.near.set(near);
        }
    };
    let move_to = move |place: StoredValue<Option<String>>, key: Option<String>| {
        if place.with_value(|at| *at != key) {
            let old = place.get_value();
            place.set_value(key.clone());
            refresh(old);
            refresh(key);
        }
    };
    let timer = StoredValue::new_local(None::<Timeout>);
    let release = move |_| timer.set_value(None);
    let pressed = move |event: leptos::ev::PointerEvent| {
        let key = dom::nearest(event.target(), "data-key");
        if let Some(key) = key.filter(|_| event.pointer_type() != "mouse") {
            let held = Timeout::new(LONG_PRESS_MS, move || {
                press::was_long();
                let _ = ctx.ui.tools.try_set(Some((key, false)));
            });
            timer.set_value(Some(held));
        }
    };
    feed.on_pointer("pointerover", move |event| {
        if event.pointer_type() == "mouse" {
            move_to(hovered, dom::nearest(event.target(), "data-key"));
        }
    })
    .on("pointerleave", move |_| move_to(hovered, None))
    .on("focusin", move |event| {
        let key = dom::nearest(event.target(), "data-key");
        if key.is_some() && stand.row.get_untracked() != key {
            stand.row.set(key.clone());
        }
        move_to(focused, key);
    })
    .on("focusout", move |event| {
        move_to(focused, dom::nearest(dom::focus_goes_to(&event), "data-key"));
    })
    .on_pointer("pointerdown", pressed)
    .on("pointerup", release)
    .on("pointermove", release)
    .on("pointercancel", release)
}

/// Puts the feed where it belongs, once the rows are drawn.
fn settle(ctx: Ctx, at: Where, stuck: bool, anchor: Option<scroll::Anchor>) {
    let stand = ctx.ui.stand(at);
    let feed = stand.feed;
    let (here, loading) = ctx.store.read(|state| {
        let room = state.room(at).filter(|_| is_shown(state, at));
        let here = room.is_some_and(|room| !room.loading || room.timeline.cursor() > 0);
        (here, room.is_some_and(|room| room.loading))
    });
    let land = stand.land.try_get_value().flatten().filter(|_| here);
    match land {
        Some(Land::End) => scroll::go_to_end(feed),
        Some(Land::New) => {
            if !scroll::show(&[feed, " .new"].concat(), true) {
                scroll::go_to_end(feed);
            }
        }
        Some(Land::Seq(seq)) => {
            let row = [feed, " article[data-seq=\"", &seq.to_string(), "\"]"].concat();
            if !scroll::show(&row, true) && loading {
                return; // what is around it is on its way
            }
        }
        None if stuck => scroll::go_to_end(feed),
        None => {
            if let Some(anchor) = &anchor {
                scroll::hold(feed, anchor);
            }
        }
    }
    if land.is_some() {
        stand.land.try_set_value(None);
    }
    look_around(ctx, at);
    reading::trim(ctx, at, stuck);
}

/// Whether this is what the page shows.
fn is_shown(state: &State, at: Where) -> bool {
    at.1.is_some() || state.open == Some(at.0)
}

/// Loads what the edges need, and marks what is shown as read.
fn look_around(ctx: Ctx, at: Where) {
    let stand = ctx.ui.stand(at);
    let present = ctx
        .store
        .read(|state| is_shown(state, at) && state.room(at).is_some_and(|room| room.at_present()));
    let end = scroll::to_end(stand.feed);
    let at_end = present && end < reading::STICK_PX;
    if stand.at_end.try_get_untracked().is_some_and(|known| known != at_end) {
        let _ = stand.at_end.try_set(at_end);
    }
    if at_end && stand.missed.try_get_untracked().is_some_and(|missed| missed > 0) {
        let _ = stand.missed.try_set(0);
    }
    if scroll::to_start(stand.feed) < EDGE_PX {
        reading::older(ctx, at);
    }
    if !present && end < EDGE_PX {
        reading::newer(ctx, at);
    }
    reading::mark_shown(ctx, at);
}

/// Keys on a row that has the keyboard.
fn keys_on(ctx: Ctx, at: Where, row: &Row, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || dom::is_writing() {
        return;
    }
    let on_row = dom::is_row(event.target());
    let feed = ctx.ui.stand(at).feed;
    let single = ctx.ui.single_keys.get_untracked();
    let key = event.key();
    let step = match key.as_str() {
        "ArrowDown" | "PageDown" if on_row => 1,
        "ArrowUp" | "PageUp" if on_row => -1,
        _ => 0,
    };
    let action = match key.as_str() {
        "r" | "R" => "reply",
        "t" | "T" => "thread",
        "+" => "react",
        "u" | "U" => "unread",
        "e" | "E" => "edit",
        "p" | "P" => "pin",
        "b" | "B" => "bookmark",
        "f" | "F" => "forward",
        _ => "",
    };
    if step != 0 {
        event.prevent_default();
        dom::focus_step(&[feed, " article"].concat(), step);
    } else if key == "Escape" && ctx.ui.tools.get_untracked().is_some() {
        event.prevent_default();
        event.stop_propagation();
        ctx.ui.tools.set(None);
        dom::focus(&[feed, " article[tabindex=\"0\"]"].concat());
    } else if single && !action.is_empty() {
        event.prevent_default();
        act(ctx, at.0, row, action);
    }
}

/// What stands where rows are on their way.
pub fn ghosts() -> El {
    let ghost = |lines: usize| {
        let bones = (0..lines).map(|_| el("span", "bone"));
        let text = el("div", "").with(el("span", "bone name")).with_all(bones);
        el("div", "ghost").attr("aria-hidden", "true").with(el("span", "bone face")).with(text)
    };
    many([3, 1, 2, 2, 3].into_iter().map(ghost))
}

/// What stands under the first message of a thread: how many follow.
fn replies(ctx: Ctx, at: Where) -> El {
    let line = move || {
        ctx.store.thread.track();
        let count = ctx.store.read(|state| {
            let room = state.room(at)?;
            room.timeline.message(at.1?)?.reply_count
        });
        match count {
            None => "No replies yet".to_owned(),
            Some(1) => "1 reply".to_owned(),
            Some(count) => [&count.to_string(), " replies"].concat(),
        }
    };
    let text = el("span", "").words(line);
    el("p", "replies-line").attr("role", "none").with(text)
}

/// What stands in a thread that could not be loaded.
fn broken(ctx: Ctx) -> El {
    let again = el("button", "soft").attr("type", "button").text("Try again");
    el("section", "empty")
        .with(el("h2", "").text("This thread could not be loaded"))
        .with(el("p", "").text("The server did not answer, or the message is no longer there."))
        .with(again.on_click(move || panes::load_thread(ctx, None)))
}

/// What stands in a channel in which nothing was said: where it begins, and what to do.
fn beginning(ctx: Ctx, channel: ChannelId) -> El {
    let (title, kind, count) = ctx.store.read(|state| {
        let known = state.channels.get(channel);
        let kind = known.map(|channel| channel.info.kind);
        let count = known.map_or(0, |channel| channel.info.user_ids.len());
        (state.title(channel), kind, count)
    });
    let verb = if count == 1 { " is" } else { " are" };
    let people = [&count.to_string(), verb, " in it so far"].concat();
    let mut actions = Vec::new();
    if kind == Some(ChannelKind::Room) {
        actions.push(
            action("add-people", icon::PEOPLE, "Add people", &people)
                .on_click(move || ctx.ui.open(Dialog::AddPeople(channel))),
        );
        actions.push(
            action("set-topic", icon::EDIT, "Say what it is for", "A topic, shown at the top")
                .on_click(move || ctx.ui.open(Dialog::EditChannel(channel))),
        );
    }
    actions.push(
        action("say-hello", icon::WAVE, "Say hello", "The first message is the hardest")
            .on_click(move || ctx.ui.compose.set(Some(((channel, None), "Hello! 👋".to_owned())))),
    );
    let actions = actions.into_iter().map(|action| el("li", "").with(action));
    el("section", &["empty ", hue(&channel.to_string())].concat())
        .with(el("i", "swatch big").attr("aria-hidden", "true"))
        .with(el("h2", "").text(&["This is the start of ", &title].concat()))
        .with(el("p", "").text("What is said here is kept here, for the people in it."))
        .with(el("ul", "actions").with_all(actions))
}

/// A large button with a title and a note: something to begin with.
pub fn action(word: &str, path: &str, title: &str, note: &str) -> El {
    let text = el("span", "").with(el("strong", "").text(title)).with(el("small", "").text(note));
    el("button", "").attr("type", "button").attr("data-action", word).with(icon(path)).with(text)
}
