//! The list of all shortcuts, and the ones that work everywhere on the page.

use super::dialog::dialog;
use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::commands::{Ctx, Dialog, Pane, channels, panes, reading};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// What each does, and its keys; a bar parts alternatives.
const KEYS: [(&str, &str); 19] = [
    ("Go to a channel or person", "Ctrl K"),
    ("Search messages", "Ctrl Shift F"),
    ("Next, previous channel", "Alt ↓|Alt ↑"),
    ("Next, previous unread", "Alt Shift ↓|Alt Shift ↑"),
    ("Send", "Enter"),
    ("New line", "Shift Enter"),
    ("Edit your last message", "↑"),
    ("Mark read, back to writing", "Esc"),
    ("Next, previous message", "↓|↑"),
    ("Reply to the message", "R"),
    ("Open the thread of the message", "T"),
    ("React to the message", "+"),
    ("Edit the message", "E"),
    ("Pin it, take it down", "P"),
    ("Bookmark it, forget it", "B"),
    ("Forward it", "F"),
    ("Mark unread from here", "U"),
    ("Next region of the page", "F6"),
    ("This list", "?"),
];

/// The regions that F6 goes around: which, where the keyboard goes in it, and where else. The
/// narrower stands before what it is in.
const REGIONS: [(&str, &str, &str); 5] = [
    ("nav.rail", "nav.rail a[tabindex=\"0\"]", "nav.rail button"),
    ("#feed", "#feed article[tabindex=\"0\"]", "#feed button"),
    ("main .dock", "#composer", "main .dock button"),
    ("#thread-feed", "#thread-feed article[tabindex=\"0\"]", "#thread-feed button"),
    ("aside.details", "aside.details [data-begin], #composer-thread", "aside.details button"),
];

/// The dialog with the list.
pub fn shortcuts(ctx: Ctx) -> El {
    let entry = |(what, keys): (&str, &str)| {
        let mut ways = el("dd", "");
        for (index, way) in keys.split('|').enumerate() {
            if index > 0 {
                ways = ways.with(el("span", "or").text("or"));
            }
            ways = ways.with_all(way.split(' ').map(|key| el("kbd", "").text(key)));
        }
        el("div", "").with(el("dt", "").text(what)).with(ways)
    };
    let list = el("dl", "keys").with_all(KEYS.into_iter().map(entry));
    dialog(ctx, "shortcuts", "Keyboard shortcuts", "", list)
}

/// Does what a key asks for that works everywhere.
pub fn pressed(ctx: Ctx, event: &KeyboardEvent) {
    if event.default_prevented() || event.is_composing() {
        return;
    }
    let ctrl = event.ctrl_key() || event.meta_key();
    let (alt, shift) = (event.alt_key(), event.shift_key());
    let key = event.key();
    let dialog = dom::is_dialog_open();
    match key.as_str() {
        "k" | "K" if ctrl && !shift && !alt => {
            if !dialog {
                ctx.ui.open(Dialog::Switcher);
            }
        }
        "f" | "F" if ctrl && shift && !alt => {
            if !dialog {
                panes::show(ctx, Pane::Search);
            }
        }
        "/" if ctrl && !dialog => ctx.ui.open(Dialog::Shortcuts),
        "?" if !ctrl && !dialog && !dom::is_writing() && ctx.ui.single_keys.get_untracked() => {
            ctx.ui.open(Dialog::Shortcuts);
        }
        "ArrowDown" | "ArrowUp" if alt && !ctrl && !dialog => {
            channels::go_by(ctx, key == "ArrowDown", shift);
        }
        "F6" if !dialog => next_region(shift),
        "Escape" if !dialog => {
            let open = ctx.store.read(|state| state.open);
            if ctx.ui.tools.get_untracked().is_some() {
                ctx.ui.tools.set(None);
            } else if let Some(channel) = open {
                reading::mark_all(ctx, channel);
                dom::focus("#composer");
            }
        }
        _ => return,
    }
    event.prevent_default();
}

fn next_region(back: bool) {
    let at = REGIONS.iter().position(|(region, ..)| dom::focus_within(region));
    let count = REGIONS.len();
    let from = at.unwrap_or(if back { 0 } else { count - 1 });
    for step in 1..=count {
        let to = if back { (from + count - step) % count } else { (from + step) % count };
        let (_, target, otherwise) = REGIONS[to];
        if dom::focus(target) || dom::focus(otherwise) {
            return;
        }
    }
}
