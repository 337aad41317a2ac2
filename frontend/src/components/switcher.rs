//! Going to a channel or a person by a few letters. A person without a conversation gets one.

use super::avatar::avatar;
use super::dialog::{close_clicked, opened};
use super::icon::{self, icon};
use crate::browser::dom;
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
pub fn switcher(ctx: Ctx) -> AnyView {
    let query = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    channels::find_people(ctx, String::new());
    let hits = Memo::new(move |_| query.with(|query| hits(ctx, query)));
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
            None => view! { <i class="swatch" aria-hidden="true"></i> }.into_any(),
        };
        let class = match hit.goal {
            Goal::Channel(channel) => hue(&channel.to_string()),
            Goal::Person(user) => hue(&user.to_string()),
        };
        let note = (!hit.note.is_empty()).then(|| view! { <small>{hit.note}</small> });
        view! {
            <li
                role="option"
                id=["sw-", &index.to_string()].concat()
                class=class
                aria-selected=move || if at.get() == index { "true" } else { "false" }
                on:click=move |_| go(hit.goal)
            >
                {picture}
                <span class="label">{hit.title}</span>
                {note}
            </li>
        }
        .into_any()
    };
    let list = move || {
        let hits = hits.get();
        if hits.is_empty() {
            view! { <li class="rail-hint" role="presentation">"Nothing is called like that."</li> }
                .into_any()
        } else {
            hits.into_iter().enumerate().map(option).collect::<Vec<_>>().into_any()
        }
    };
    opened("switcher", "#switcher-query");
    view! {
        <dialog
            id="switcher"
            class="switcher"
            aria-label="Go to"
            on:close=move |_| ctx.ui.dialog.set(None)
            on:click=move |event| close_clicked("switcher", &event)
        >
            <div class="switcher-field">
                {icon(icon::SEARCH)}
                <input
                    type="search"
                    id="switcher-query"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="switcher-list"
                    aria-activedescendant=move || ["sw-", &at.get().to_string()].concat()
                    aria-label="Go to a channel or a person"
                    placeholder="Go to a channel or a person"
                    autocomplete="off"
                    on:input=typed
                    on:keydown=pressed
                />
                <kbd>"Esc"</kbd>
            </div>
            <ul id="switcher-list" role="listbox" aria-label="Channels and people">{list}</ul>
        </dialog>
    }
    .into_any()
}
