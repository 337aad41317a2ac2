//! What a screen reader is told: live arrivals in the open channel or thread, at most once in two
//! seconds, and then how many. Never history, edits, or what the user wrote: a live region around
//! the feed itself would read all of that again.

use crate::browser::clock;
use crate::browser::element::{El, el, watch};
use crate::commands::Ctx;
use crate::state::text::excerpt;
use leptos::prelude::*;
use std::time::Duration;

/// Least milliseconds between two announcements.
const PAUSE_MS: u64 = 2_000;

/// The live region.
pub fn announcer(ctx: Ctx) -> El {
    let said = RwSignal::new(String::new());
    let waiting = StoredValue::new(Vec::<String>::new());
    let next = StoredValue::new(0_u64);
    let say = move || {
        let lines = waiting.try_update_value(std::mem::take).unwrap_or_default();
        let text = match lines.len() {
            0 => return,
            1 => lines.into_iter().next().unwrap_or_default(),
            count => [&count.to_string(), " new messages"].concat(),
        };
        let _ = said.try_set(text);
        next.try_set_value(clock::now() + PAUSE_MS);
    };
    watch(move || {
        let arrivals = ctx.store.arrivals.get();
        let (open, me) = ctx.store.read(|state| (state.open, Some(state.me)));
        let here = arrivals
            .into_iter()
            .filter(|arrival| Some(arrival.channel_id) == open || arrival.thread.is_some())
            .filter(|arrival| Some(arrival.user_id) != me);
        let lines: Vec<String> = here
            .map(|arrival| {
                let name = ctx.store.read(|s| s.people.name(arrival.user_id).to_owned());
                [&name, ": ", &excerpt(&arrival.text)].concat()
            })
            .collect();
        if lines.is_empty() {
            return;
        }
        let first = waiting.with_value(Vec::is_empty);
        waiting.update_value(|waiting| waiting.extend(lines));
        let wait = next.get_value().saturating_sub(clock::now());
        if wait == 0 {
            say();
        } else if first {
            set_timeout(say, Duration::from_millis(wait));
        }
    });
    el("div", "visually-hidden")
        .id("announcer")
        .attr("role", "log")
        .attr("aria-label", "New messages")
        .words(move || said.get())
}
