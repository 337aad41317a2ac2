//! The choice of emoji: searching, groups, those used last, skin tones. Drawn in pieces, so that it
//! opens at once; one listener for all of them.

use super::dialog::frame;
use super::icon::{self, icon};
use crate::browser::element::{El, el, many, memo};
use crate::browser::{dom, grid};
use crate::commands::Ctx;
use crate::commands::emoji::{chose, fetch, set_tone};
use crate::state::emoji::{Emojis, Table, find, known};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::api::emoji::{Emoji, EmojiGroup, TONES, with_tone};

/// Most emoji that a search shows.
const FOUND_MAX: usize = 120;

const PICKS: &str = "#emoji-list [data-pick]";

/// The groups: an emoji that stands for each, and what it is called. The first is of those used
/// last; the others in the order of `EmojiGroup::ALL`.
const GROUPS: [(&str, &str); 10] = [
    ("🕘", "Used last"),
    ("😀", "Smileys and feelings"),
    ("👋", "People"),
    ("🐻", "Animals and nature"),
    ("🍎", "Food and drink"),
    ("✈️", "Travel and places"),
    ("⚽", "Activities"),
    ("💡", "Objects"),
    ("🔣", "Signs"),
    ("🏁", "Flags"),
];

/// Shows the dialog beside what it was opened from.
pub fn emoji(ctx: Ctx) -> El {
    let query = RwSignal::new(String::new());
    let drawn = RwSignal::new(2_usize);
    let said = RwSignal::new(String::new());
    // What is drawn follows the tone that is chosen here, and not what is remembered meanwhile.
    let tone = RwSignal::new(ctx.store.read(|state| usize::from(state.emoji.tone)));
    let anchor = ctx.ui.choice.get_value().map(|choice| choice.anchor).unwrap_or_default();
    draw_on(drawn);
    request_animation_frame(move || grid::place("emoji", &anchor));
    let typed = move |event: leptos::ev::Event| query.set(dom::event_value(&event));
    let pick = move |emoji: &str| {
        dom::close_dialog("emoji");
        chose(ctx, emoji);
    };
    let search = el("input", "")
        .id("emoji-query")
        .attr("type", "search")
        .attr("placeholder", "Find an emoji")
        .attr("aria-label", "Find an emoji")
        .attr("autocomplete", "off")
        .on("input", typed)
        .on_key(move |event| match event.key().as_str() {
            "ArrowDown" => {
                event.prevent_default();
                dom::focus(PICKS);
            }
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                let first = query.with_untracked(|query| !query.trim().is_empty());
                if let Some(emoji) = first.then(|| dom::attribute(PICKS, "data-pick")).flatten() {
                    pick(&emoji);
                }
            }
            _ => {}
        });
    let say = move |event: leptos::ev::Event| {
        if let Some(emoji) = dom::nearest(event.target(), "data-pick") {
            let name = dom::nearest(event.target(), "aria-label").unwrap_or_default();
            said.set([&emoji, "\n", &name].concat());
        }
    };
    let list = el("div", "emoji-list")
        .id("emoji-list")
        .on("click", move |event| {
            if let Some(emoji) = dom::nearest(event.target(), "data-pick") {
                pick(&emoji);
            }
        })
        .on("pointerover", say)
        .on("focusin", move |event| {
            grid::rove(&event, PICKS);
            say(event);
        })
        .on_key(move |event| in_grid(&event))
        .live(content(ctx, query, drawn, tone));
    frame(ctx, "emoji", if crate::browser::page::is_touch() { "" } else { "#emoji-query" })
        .attr("class", "emoji")
        .attr("aria-label", "Emoji")
        .with(el("div", "emoji-head").with(icon(icon::SEARCH)).with(search))
        .with(groups(drawn, query))
        .with(list)
        .with(foot(ctx, said, tone))
}

/// Draws one group after the other, a frame for each.
fn draw_on(drawn: RwSignal<usize>) {
    request_animation_frame(move || {
        let count = drawn.try_update(|drawn| {
            *drawn += 1;
            *drawn
        });
        if count.is_some_and(|count| count < GROUPS.len()) {
            draw_on(drawn);
        }
    });
}

fn in_grid(event: &KeyboardEvent) {
    let key = event.key();
    if grid::step(PICKS, &key) {
        event.prevent_default();
    } else if key == "ArrowUp" || (key.chars().count() == 1 && key != " " && !event.ctrl_key()) {
        // Out at the top, or on with searching: what is typed goes there.
        dom::focus("#emoji-query");
    }
}

fn content(
    ctx: Ctx,
    query: RwSignal<String>,
    drawn: RwSignal<usize>,
    tone: RwSignal<usize>,
) -> impl Fn() -> Option<El> {
    let note = |text: &str| el("p", "none").attr("role", "status").text(text);
    let progress = memo(move || {
        ctx.store.emoji.track();
        let word = ctx.store.read(|state| match state.emoji.table {
            Table::Absent | Table::Asked => "asked",
            Table::Failed => "failed",
            Table::Here(_) => "here",
        });
        word.to_owned()
    });
    let searching = memo(move || query.with(|query| !query.trim().is_empty()));
    move || {
        Some(match progress.get().as_str() {
            "asked" => note("Fetching the emoji…"),
            "failed" => {
                let again = el("button", "soft").attr("type", "button").text("Try again");
                let text = "The server does not answer, so their names are missing.";
                many([note(text), again.on_click(move || fetch(ctx))])
            }
            _ => many([]).live(move || {
                Some(if searching.get() {
                    many([]).live(move || Some(found(ctx, &query.get(), tone.get())))
                } else {
                    let keys = move || (0..drawn.get()).map(|at| at.to_string()).collect();
                    many([]).each(keys, move |key| section(ctx, key, tone))
                })
            }),
        })
    }
}

/// Chooses from the table: emoji as they are written, and their places in it.
type Choose<'a> = &'a dyn Fn(&[Emoji], &Emojis) -> Vec<(String, usize)>;

/// A grid of what is chosen from the table; nothing when that is nothing.
fn grid_of(ctx: Ctx, choose: Choose<'_>) -> Option<El> {
    let buttons = ctx.store.read(|state| {
        let table = state.emoji.here()?;
        let chosen = choose(&table, &state.emoji);
        let buttons = chosen.iter().filter_map(|(emoji, at)| Some(button(emoji, table.get(*at)?)));
        Some(buttons.collect::<Vec<_>>())
    });
    let buttons = buttons.filter(|buttons| !buttons.is_empty())?;
    Some(el("div", "emoji-grid").with_all(buttons))
}

fn toned(known: &Emoji, tone: usize) -> String {
    with_tone(&known.emoji, if known.tones { tone as u8 } else { 0 })
}

fn found(ctx: Ctx, query: &str, tone: usize) -> El {
    let grid = grid_of(ctx, &|table, _| {
        let found = find(table, query).into_iter().take(FOUND_MAX);
        found.filter_map(|at| Some((toned(table.get(at)?, tone), at))).collect()
    });
    let none = || el("p", "none").attr("role", "status").text("No emoji is called like that.");
    grid.unwrap_or_else(none)
}

fn section(ctx: Ctx, key: &str, tone: RwSignal<usize>) -> El {
    let at = key.parse::<usize>().unwrap_or_default();
    let Some((_, title)) = GROUPS.get(at) else { return many([]) };
    let group = at.checked_sub(1).and_then(|at| EmojiGroup::ALL.get(at).copied());
    many([]).live(move || {
        let tone = tone.get();
        let grid = grid_of(ctx, &|table, emoji| match group {
            Some(group) => {
                let of = table.iter().enumerate().filter(|(_, known)| known.group == group);
                of.map(|(at, known)| (toned(known, tone), at)).collect()
            }
            None => {
                let recent = emoji.recent.iter();
                recent.filter_map(|emoji| Some((emoji.clone(), known(table, emoji)?))).collect()
            }
        })?;
        let head = el("h3", "").attr("aria-hidden", "true").text(title);
        let group = el("section", "").attr("role", "group").attr("aria-label", title);
        Some(group.attr("data-group", title).with(head).with(grid))
    })
}

fn button(emoji: &str, known: &Emoji) -> El {
    el("button", "")
        .attr("type", "button")
        .attr("tabindex", "-1")
        .attr("data-pick", emoji)
        .attr("aria-label", &known.name)
        .text(emoji)
}

/// The row of groups: each scrolls to its own.
fn groups(drawn: RwSignal<usize>, query: RwSignal<String>) -> El {
    let button = move |(sign, title): (&'static str, &'static str)| {
        el("button", "")
            .attr("type", "button")
            .attr("aria-label", title)
            .attr("title", title)
            .text(sign)
            .on_click(move || {
                drawn.set(GROUPS.len());
                query.set(String::new());
                dom::set_value("emoji-query", "");
                request_animation_frame(move || {
                    grid::show(&["[data-group=\"", title, "\"]"].concat());
                });
            })
    };
    let row = el("div", "emoji-groups").attr("role", "group").attr("aria-label", "Groups");
    row.with_all(GROUPS.into_iter().map(button))
}

/// The foot: what the emoji is called that is looked at, and the skin tones.
fn foot(ctx: Ctx, said: RwSignal<String>, chosen: RwSignal<usize>) -> El {
    let name = move || {
        let said = said.get();
        let (emoji, name) = said.split_once('\n').unwrap_or(("", "Skin tone"));
        let sign = (!emoji.is_empty()).then(|| el("span", "sign").text(emoji));
        let name = el("span", "label").text(name);
        Some(el("span", "emoji-name").with_if(sign).with(name))
    };
    const TONE_NAMES: [&str; 6] =
        ["No skin tone", "Light", "Medium light", "Medium", "Medium dark", "Dark"];
    let tone = |tone: u8| {
        let name = TONE_NAMES.get(usize::from(tone)).copied().unwrap_or_default();
        let pick = el("input", "")
            .attr("type", "radio")
            .attr("name", "tone")
            .attr("aria-label", name)
            .live_prop("checked", move || chosen.get() == usize::from(tone))
            .on("change", move |_| {
                chosen.set(usize::from(tone));
                set_tone(ctx, tone);
            });
        el("label", "").attr("title", name).with(pick).text(&with_tone("✋", tone))
    };
    let tones = el("div", "tones")
        .attr("role", "radiogroup")
        .attr("aria-label", "Skin tone")
        .with_all((0..=TONES).map(tone));
    let shown = el("div", "emoji-said").attr("aria-hidden", "true").live(name);
    el("footer", "emoji-foot").with(shown).with(tones)
}
