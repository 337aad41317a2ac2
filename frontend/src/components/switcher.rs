//! Going to a channel or a person by a few letters. A person without a conversation gets one.

use super::avatar::avatar;
use super::dialog::frame;
use super::icon::{self, icon};
use crate::browser::dom;
use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, channels};
use crate::state::look::hue;
use crate::state::people::matches;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::{ChannelId, UserId};

/// Most results that are shown.
const SHOWN_MAX: usize = 12;

/// Where a result leads.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    Channel(ChannelId),
    Person(UserId),
}

#[derive(Clone, PartialEq)]
struct Hit {
    goal: Goal,
    title: String,
    note: String,
    /// Whose picture it has; a room has its swatch.
    face: Option<UserId>,
}

fn hits(ctx: Ctx, query: &str) -> Vec<Hit> {
    ctx.store.channels.track();
    ctx.store.people.track();
    ctx.store.read(|state| {
        let mut known: Vec<_> = state
            .channels
            .iter()
            .filter(|channel| Some(channel.info.channel_id) != state.open || !query.is_empty())
            .map(|channel| (channel, channel.title(&state.people, state.me)))
            .filter(|(_, title)| matches(title, query))
            .collect();
        // What wants attention comes first, then what moved last cannot be told from here: by name.
        known.sort_by_cached_key(|(channel, title)| {
            (channel.mentions == 0, channel.unread() == 0, title.to_lowercase())
        });
        let mut hits: Vec<Hit> = known
            .into_iter()
            .map(|(channel, title)| Hit {
                goal: Goal::Channel(channel.info.channel_id),
                title,
                note: match (channel.mentions, channel.unread()) {
                    (0, 0) => String::new(),
                    (0, _) => "unread".to_owned(),
                    (1, _) => "1 mention".to_owned(),
                    (count, _) => [&count.to_string(), " mentions"].concat(),
                },
                face: if channel.info.name.is_some() {
                    None
                } else {
                    channel.others(state.me).next().or(Some(state.me))
                },
            })
            .collect();
        let people = state.people.find(query).into_iter();
        let new = people.filter(|user| {
            user.user_id != state.me && state.channels.direct_with(state.me, user.user_id).is_none()
        });
        hits.extend(new.map(|user| Hit {
            goal: Goal::Person(user.user_id),
            title: user.display_name.clone(),
            note: ["@", &user.username].concat(),
            face: Some(user.user_id),
        }));
        hits.truncate(SHOWN_MAX);
        hits
    })
}

/// The dialog.
pub fn switcher(ctx: Ctx) -> El {
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    channels::find_people(ctx, String::new());
    let hits = memo(move || query.with(|query| hits(ctx, query)));
    let go = move |goal: Goal| {
        dom::close_dialog("switcher");
        match goal {
            Goal::Channel(channel) => channels::go(ctx, channel),
            Goal::Person(user) => channels::direct(ctx, user),
        }
    };
    let typed = move |event: leptos::ev::Event| {
        let text = dom::event_value(&event);
        channels::find_people(ctx, text.clone());
        query.set(text);
        at.set(0);
    };
    let pressed = move |event: KeyboardEvent| {
        let count = hits.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" if !event.is_composing() => {
                let goal = hits.with_untracked(|hits| hits.get(at.get_untracked()).map(|h| h.goal));
                if let Some(goal) = goal {
                    go(goal);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(index, hit): (usize, Hit)| {
        let picture = match hit.face {
            Some(user) => avatar(ctx, user, true, ""),
            None => el("i", "swatch").attr("aria-hidden", "true"),
        };
        let class = match hit.goal {
            Goal::Channel(channel) => hue(&channel.to_string()),
            Goal::Person(user) => hue(&user.to_string()),
        };
        let note = (!hit.note.is_empty()).then(|| el("small", "").text(&hit.note));
        el("li", class)
            .attr("role", "option")
            .id(&["sw-", &index.to_string()].concat())
            .live_bool("aria-selected", move || at.get() == index)
            .on_click(move || go(hit.goal))
            .add(picture)
            .add(el("span", "label").text(&hit.title))
            .add_if(note)
    };
    let list = move || {
        let hits = hits.get();
        Some(if hits.is_empty() {
            let none = el("li", "rail-hint").attr("role", "presentation");
            none.text("Nothing is called like that.")
        } else {
            many(hits.into_iter().enumerate().map(option))
        })
    };
    let input = el("input", "")
        .attr("type", "search")
        .id("switcher-query")
        .attr("role", "combobox")
        .attr("aria-expanded", "true")
        .attr("aria-controls", "switcher-list")
        .live_attr("aria-activedescendant", move || Some(["sw-", &at.get().to_string()].concat()))
        .attr("aria-label", "Go to a channel or a person")
        .attr("placeholder", "Go to a channel or a person")
        .attr("autocomplete", "off")
        .on("input", typed)
        .on_key(pressed);
    let field = el("div", "switcher-field");
    let field = field.add(icon(icon::SEARCH)).add(input).add(el("kbd", "").text("Esc"));
    let list = el("ul", "")
        .id("switcher-list")
        .attr("role", "listbox")
        .attr("aria-label", "Channels and people")
        .live(list);
    frame(ctx, "switcher", "#switcher-query")
        .attr("class", "switcher")
        .attr("aria-label", "Go to")
        .add(field)
        .add(list)
}
