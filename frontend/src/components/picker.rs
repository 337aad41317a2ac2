//! Picking people: a field that finds, a list that ticks, and the picked ones above it.

use super::avatar::{avatar, name};
use super::icon::{self, icon};
use crate::browser::dom;
use crate::commands::{Ctx, channels};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::UserId;

/// Most people that the list shows at once.
const SHOWN_MAX: usize = 60;

/// The picker. `left_out` are not offered: they are there already.
pub fn picker(ctx: Ctx, picked: RwSignal<Vec<UserId>>, left_out: Vec<UserId>) -> AnyView {
    let query = RwSignal::new(String::new());
    channels::find_people(ctx, String::new());
    let found = Memo::new(move |_| {
        ctx.store.people.track();
        let query = query.get();
        ctx.store.read(|state| {
            let found = state.people.find(&query).into_iter().map(|user| user.user_id);
            let others = found.filter(|user| *user != state.me && !left_out.contains(user));
            others.take(SHOWN_MAX).collect::<Vec<_>>()
        })
    });
    let toggle = move |user: UserId| {
        picked.update(|picked| {
            if picked.contains(&user) {
                picked.retain(|known| *known != user);
            } else {
                picked.push(user);
            }
        });
    };
    let typed = move |event: leptos::ev::Event| {
        let text = dom::event_value(&event);
        channels::find_people(ctx, text.clone());
        query.set(text);
    };
    let pressed = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.is_composing() && !query.with_untracked(String::is_empty) => {
            event.prevent_default();
            if let Some(user) = found.with_untracked(|found| found.first().copied()) {
                toggle(user);
                query.set(String::new());
                dom::set_value("people-query", "");
            }
        }
        "ArrowDown" => {
            event.prevent_default();
            dom::focus_step(".picks input", 0);
        }
        "Backspace" if query.with_untracked(String::is_empty) => {
            picked.update(|picked| {
                picked.pop();
            });
        }
        _ => {}
    };
    let in_list = move |event: KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        dom::focus_step(".picks input", step);
    };
    let token = move |user: UserId| {
        view! {
            <button
                type="button"
                class="token"
                aria-label=move || ["Remove ", &name(ctx, user)].concat()
                on:click=move |_| toggle(user)
            >
                {move || name(ctx, user)}
                {icon(icon::CLOSE)}
            </button>
        }
        .into_any()
    };
    let option = move |user: UserId| {
        let at = move || {
            ctx.store.people.track();
            ctx.store.read(|s| s.people.get(user).map(|user| ["@", &user.username].concat()))
        };
        view! {
            <li>
                <label class="pick" data-user-id=user.to_string()>
                    <input
                        type="checkbox"
                        name="user"
                        prop:checked=move || picked.with(|picked| picked.contains(&user))
                        on:change=move |_| toggle(user)
                    />
                    {avatar(ctx, user, true, "")}
                    <span class="who">
                        <strong>{move || name(ctx, user)}</strong>
                        <small>{at}</small>
                    </span>
                </label>
            </li>
        }
        .into_any()
    };
    let nobody = move || {
        found.with(Vec::is_empty).then(|| {
            let text = if query.with(String::is_empty) {
                "Nobody else is here yet. Tell them where this page is."
            } else {
                "Nobody is called like that."
            };
            view! { <li class="rail-hint">{text}</li> }
        })
    };
    view! {
        <div class="fieldset people-picker">
            <label for="people-query">"People"</label>
            {move || {
                (!picked.with(Vec::is_empty)).then(|| {
                    let tokens = picked.get().into_iter().map(token).collect::<Vec<_>>();
                    view! { <p class="picked">{tokens}</p> }
                })
            }}
            <input
                type="search"
                name="people"
                id="people-query"
                autocomplete="off"
                placeholder="Find people by name"
                on:input=typed
                on:keydown=pressed
            />
            <ul class="picks" aria-label="People" on:keydown=in_list>
                {nobody}
                <For each=move || found.get() key=|user| *user let:user>
                    {option(user)}
                </For>
            </ul>
        </div>
    }
    .into_any()
}
