//! Picking people: a field that finds, a list that ticks, and the picked ones above it.

use super::avatar::{avatar, name};
use super::icon::{self, icon};
use crate::browser::dom;
use crate::browser::element::{El, el, many, memo};
use crate::commands::{Ctx, channels};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::UserId;

/// Most people that the list shows at once.
const SHOWN_MAX: usize = 60;

/// The picker. `left_out` are not offered: they are there already.
pub fn picker(ctx: Ctx, picked: RwSignal<Vec<UserId>>, left_out: Vec<UserId>) -> El {
    let query = RwSignal::new(String::new());
    channels::find_people(ctx, String::new());
    let found = memo(move || {
        ctx.store.people.track();
        let query = query.get();
        ctx.store.read(|state| {
            let found = state.people.find(&query).into_iter().map(|user| user.user_id);
            let others = found.filter(|user| *user != state.me && !left_out.contains(user));
            others.take(SHOWN_MAX).map(|user| user.to_string()).collect::<Vec<_>>()
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
            let first = found.with_untracked(|found| found.first()?.parse().ok());
            if let Some(user) = first {
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
        el("button", "token")
            .attr("type", "button")
            .live_attr("aria-label", move || Some(["Remove ", &name(ctx, user)].concat()))
            .words(move || name(ctx, user))
            .with(icon(icon::CLOSE))
            .on_click(move || toggle(user))
    };
    let tokens = move || {
        let picked = picked.get();
        (!picked.is_empty()).then(|| el("p", "picked").with_all(picked.into_iter().map(token)))
    };
    let option = move |key: &str| {
        let Ok(user) = key.parse::<UserId>() else { return many([]) };
        let at = move || {
            ctx.store.people.track();
            ctx.store.read(|state| {
                let user = state.people.get(user);
                user.map(|user| ["@", &user.username].concat()).unwrap_or_default()
            })
        };
        let tick = el("input", "")
            .attr("type", "checkbox")
            .attr("name", "user")
            .live_prop("checked", move || picked.with(|picked| picked.contains(&user)))
            .on("change", move |_| toggle(user));
        let who = el("span", "who")
            .with(el("strong", "").words(move || name(ctx, user)))
            .with(el("small", "").words(at));
        let label = el("label", "pick").attr("data-user-id", key);
        el("li", "").with(label.with(tick).with(avatar(ctx, user, true, "")).with(who))
    };
    let nobody = move || {
        found.with(Vec::is_empty).then(|| {
            let text = if query.with(String::is_empty) {
                "Nobody else is here yet. Tell them where this page is."
            } else {
                "Nobody is called like that."
            };
            el("li", "rail-hint").text(text)
        })
    };
    let input = el("input", "")
        .attr("type", "search")
        .attr("name", "people")
        .id("people-query")
        .attr("autocomplete", "off")
        .attr("placeholder", "Find people by name")
        .on("input", typed)
        .on_key(pressed);
    let list = el("ul", "picks").attr("aria-label", "People").on_key(in_list);
    el("div", "fieldset people-picker")
        .with(el("label", "").attr("for", "people-query").text("People"))
        .live(tokens)
        .with(input)
        .with(list.live(nobody).each(move || found.get(), option))
}
