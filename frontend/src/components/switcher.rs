//! Finding a channel or a person by a few letters: to go there, or for what else asks for one. A
//! person without a conversation gets one.

use super::avatar::avatar;
use super::dialog::frame;
use super::icon::{self, icon};
use crate::browser::dom;
use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, channels};
use crate::state::channels::Channel;
use crate::state::order::by_text;
use crate::state::people::matches;
use crate::state::text::lower;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::look::hue;
use shared::{ChannelId, UserId};
use std::rc::Rc;

/// Most results that are shown.
const SHOWN_MAX: usize = 12;

/// Where a result leads. On the list it is a letter and an id.
#[derive(Clone, Copy)]
pub enum Goal {
    /// A channel of the user's.
    Channel(ChannelId),
    /// Somebody with whom there is no conversation yet.
    Person(UserId),
}

impl Goal {
    fn of(key: &str) -> Option<Self> {
        let (kind, id) = key.split_at_checked(1)?;
        match kind {
            "c" => id.parse().ok().map(Self::Channel),
            _ => id.parse().ok().map(Self::Person),
        }
    }
}

/// What fits the query: channels, those that want attention first, and then other people.
fn hits(ctx: Ctx, query: &str) -> Vec<String> {
    ctx.store.channels.track();
    ctx.store.people.track();
    ctx.store.read(|state| {
        let title = |channel: &Channel| channel.title(&state.people, state.me);
        let known = state
            .channels
            .iter()
            .filter(|channel| Some(channel.info.channel_id) != state.open || !query.is_empty())
            .filter(|channel| matches(&title(channel), query))
            .collect();
        let known = by_text(known, |channel: &&Channel| {
            let rank = match (channel.mentions, channel.unread()) {
                (0, 0) => "2",
                (0, _) => "1",
                _ => "0",
            };
            [rank, &lower(&title(channel))].concat()
        });
        let channels = known.iter().map(|c| ["c", &c.info.channel_id.to_string()].concat());
        let people = state.people.find(query).into_iter().map(|user| user.user_id);
        let new = people.filter(|user| {
            *user != state.me && state.channels.direct_with(state.me, *user).is_none()
        });
        channels.chain(new.map(|user| ["u", &user.to_string()].concat())).take(SHOWN_MAX).collect()
    })
}

/// The dialog that goes there.
pub fn switcher(ctx: Ctx) -> El {
    let go = Rc::new(move |goal: Goal| {
        dom::close_dialog("switcher");
        match goal {
            Goal::Channel(channel) => channels::go(ctx, channel),
            Goal::Person(user) => channels::direct(ctx, user),
        }
    });
    finder(ctx, "switcher", "Go to a channel or a person", None, go)
}

/// A dialog that finds a channel or a person. `above` stands over the field, `pick` is called with
/// what is chosen.
pub fn finder(
    ctx: Ctx,
    id: &'static str,
    label: &str,
    above: Option<El>,
    pick: Rc<dyn Fn(Goal)>,
) -> El {
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    channels::find_people(ctx, String::new());
    let hits = memo(move || query.with(|query| hits(ctx, query)));
    let typed = move |event: leptos::ev::Event| {
        let text = dom::event_value(&event);
        channels::find_people(ctx, text.clone());
        query.set(text);
        at.set(0);
    };
    let picked = Rc::clone(&pick);
    let pressed = move |event: KeyboardEvent| {
        let count = hits.with_untracked(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" if !event.is_composing() => {
                let goal = hits.with_untracked(|hits| Goal::of(hits.get(at.get_untracked())?));
                if let Some(goal) = goal {
                    picked(goal);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let selected = move |key: &str| {
        let at = at.get();
        hits.with(|hits| hits.get(at).is_some_and(|selected| selected == key))
    };
    let option = move |key: &str| {
        let Some(goal) = Goal::of(key) else { return many([]) };
        let (this, pick) = (key.to_owned(), Rc::clone(&pick));
        option(ctx, goal)
            .id(&["sw-", key].concat())
            .live_bool("aria-selected", move || selected(&this))
            .on_click(move || pick(goal))
    };
    let none = move || {
        hits.with(Vec::is_empty).then(|| {
            let none = el("li", "rail-hint").attr("role", "presentation");
            none.text("Nothing is called like that.")
        })
    };
    let active = move || {
        let at = at.get();
        hits.with(|hits| hits.get(at).map(|key| ["sw-", key].concat()))
    };
    let input = el("input", "")
        .attr("type", "search")
        .id("switcher-query")
        .attr("role", "combobox")
        .attr("aria-expanded", "true")
        .attr("aria-controls", "switcher-list")
        .live_attr("aria-activedescendant", active)
        .attr("aria-label", label)
        .attr("placeholder", label)
        .attr("autocomplete", "off")
        .on("input", typed)
        .on_key(pressed);
    let field = el("div", "switcher-field");
    let field = field.with(icon(icon::SEARCH)).with(input).with(el("kbd", "").text("Esc"));
    let list = el("ul", "")
        .id("switcher-list")
        .attr("role", "listbox")
        .attr("aria-label", "Channels and people")
        .live(none)
        .each(move || hits.get(), option);
    frame(ctx, id, "#switcher-query")
        .attr("class", "switcher")
        .attr("aria-label", label)
        .with_if(above)
        .with(field)
        .with(list)
}

fn option(ctx: Ctx, goal: Goal) -> El {
    let (id, title, note, face) = ctx.store.read(|state| match goal {
        Goal::Channel(id) => {
            let Some(channel) = state.channels.get(id) else { return Default::default() };
            let note = match (channel.mentions, channel.unread()) {
                (0, 0) => String::new(),
                (0, _) => "unread".to_owned(),
                (1, _) => "1 mention".to_owned(),
                (count, _) => [&count.to_string(), " mentions"].concat(),
            };
            let other = channel.others(state.me).next().unwrap_or(state.me);
            let face = channel.info.name.is_none().then_some(other);
            (id.to_string(), channel.title(&state.people, state.me), note, face)
        }
        Goal::Person(id) => {
            let username = state.people.get(id).map(|user| user.username.as_str());
            let note = ["@", username.unwrap_or_default()].concat();
            (id.to_string(), state.people.name(id).to_owned(), note, Some(id))
        }
    });
    let picture = match face {
        Some(user) => avatar(ctx, user, true, ""),
        None => el("i", "swatch").attr("aria-hidden", "true"),
    };
    let note = (!note.is_empty()).then(|| el("small", "").text(&note));
    el("li", hue(&id))
        .attr("role", "option")
        .with(picture)
        .with(el("span", "label").text(&title))
        .with_if(note)
}
