//! Searching: a box that finds as one types, where to look, and what can be written in it. What
//! the words mean is the server's.

use super::icon::{self, icon};
use super::list::{Nothing, enter, list};
use super::pane::frame;
use crate::browser::dom;
use crate::browser::element::{El, el, memo, watch};
use crate::commands::lists::List;
use crate::commands::{Ctx, Pane};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use shared::limits::SEARCH_MAX_BYTES;

/// Milliseconds without a key after which the search begins.
const PAUSE_MS: u32 = 150;

/// What can be written beside words, and what it finds.
const HELP: [(&str, &str); 7] = [
    ("from:ada", "by somebody; also from:me"),
    ("in:general", "in a channel"),
    ("before:2026-11-01", "sent before a day"),
    ("after:2026-11", "sent after a month"),
    ("has:link", "holds a link; also has:file, has:image, has:code"),
    ("\"green tea\"", "these words in a row"),
    ("-milk", "without a word"),
];

const NOTHING: Nothing = Nothing {
    icon: icon::SEARCH,
    title: "Nothing was found",
    hint: "Fewer words find more. Is it in another channel, or written in another way?",
};

/// The pane that searches.
pub fn search(ctx: Ctx) -> El {
    let state = ctx.ui.search;
    let typed = RwSignal::new(untrack(|| state.with(|(text, _)| text.clone())));
    let open = memo(move || {
        ctx.store.channels.track();
        ctx.store.read(|state| state.open)
    });
    let what = memo(move || {
        let (text, here) = state.get();
        let here = open.get().filter(|_| here);
        let text = text.trim_start().to_owned();
        (!text.is_empty()).then_some(List::Search(text, here))
    });
    let waiting = StoredValue::new_local(None::<Timeout>);
    let seek = move |text: String, wait: u32| {
        typed.set(text.clone());
        let begin = Timeout::new(wait, move || {
            let _ = state.try_update(|state| state.0 = text);
        });
        waiting.set_value(Some(begin));
    };
    let begun = state.with_untracked(|(text, _)| text.clone());
    let empty = memo(move || typed.with(|text| text.trim().is_empty()));
    let clear = move || {
        seek(String::new(), 0);
        dom::set_value("search-query", "");
        dom::focus("#search-query");
    };
    let button = el("button", "icon small")
        .attr("type", "button")
        .attr("aria-label", "Clear the search")
        .with(icon(icon::CLOSE))
        .on_click(clear);
    let button = move || (!empty.get()).then(|| button.clone());
    let input = el("input", "")
        .attr("type", "search")
        .id("search-query")
        .attr("data-begin", "")
        .attr("aria-label", "Search messages")
        .attr("placeholder", "Search messages")
        .attr("autocomplete", "off")
        .attr("enterkeyhint", "search")
        .attr("maxlength", &SEARCH_MAX_BYTES.to_string())
        .attr("value", &begun)
        .on("input", move |event| seek(dom::event_value(&event), PAUSE_MS))
        .on_key(move |event| {
            if event.key() == "Enter" && !event.is_composing() {
                event.prevent_default();
                seek(dom::value("search-query"), 0);
            } else {
                enter(&event);
            }
        });
    let field = el("div", "search-field").with(icon(icon::SEARCH)).with(input).live(button);
    let (shelf, list) = list(ctx, Pane::Search, what, |_| 0, &NOTHING);
    let results = el("div", "").live_prop("hidden", move || empty.get()).with(list);
    let help = move || empty.get().then(|| help(seek));
    let count = move || match shelf.count() {
        0 => String::new(),
        1 => "1 message".to_owned(),
        count => [&count.to_string(), " messages"].concat(),
    };
    let said = el("p", "visually-hidden").attr("role", "status").words(count);
    watch(move || {
        // Without a channel there is no place to look in alone.
        if open.get().is_none() && state.with_untracked(|(_, here)| *here) {
            state.update(|state| state.1 = false);
        }
    });
    frame(ctx, "Search", el("h2", "").text("Search"), None)
        .with(
            el("form", "search-form")
                .attr("role", "search")
                .on("submit", |event| event.prevent_default())
                .with(field)
                .live(move || scope(ctx, open.get()?)),
        )
        .with(el("div", "pane lists").with(said).live(help).with(results))
}

/// Where to look.
fn scope(ctx: Ctx, open: shared::ChannelId) -> Option<El> {
    let state = ctx.ui.search;
    let choice = move |here: bool, label: El| {
        let input = el("input", "")
            .attr("type", "radio")
            .attr("name", "scope")
            .attr("value", if here { "here" } else { "everywhere" })
            .live_prop("checked", move || state.with(|(_, chosen)| *chosen == here))
            .on("change", move |_| state.update(|state| state.1 = here));
        el("label", "").with(input).with(label)
    };
    let title = move || {
        ctx.store.channels.track();
        ["In ", &ctx.store.read(|state| state.title(open))].concat()
    };
    let group = el("fieldset", "segmented")
        .with(el("legend", "visually-hidden").text("Where to look"))
        .with(choice(false, el("span", "").text("Everywhere")))
        .with(choice(true, el("span", "").words(title)));
    Some(group)
}

/// What can be written in the box; a click writes it.
fn help(seek: impl Fn(String, u32) + Copy + 'static) -> El {
    let entry = |(text, note): (&'static str, &str)| {
        let write = move || {
            dom::set_value("search-query", text);
            seek(text.to_owned(), 0);
            dom::focus("#search-query");
        };
        let button = el("button", "").attr("type", "button").with(el("code", "").text(text));
        el("li", "").with(button.with(el("small", "").text(note)).on_click(write))
    };
    el("section", "search-help")
        .with(el("h3", "").text("Narrow it down"))
        .with(el("ul", "").with_all(HELP.into_iter().map(entry)))
}
