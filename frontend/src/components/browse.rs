//! The public channels, to find and join.

use super::dialog::dialog;
use crate::browser::dom;
use crate::commands::{Ctx, channels};
use crate::state::look::hue;
use crate::state::people::matches;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ChannelInfo;

/// The dialog with every public channel.
pub fn browse(ctx: Ctx) -> AnyView {
    let found = RwSignal::new(None::<Result<Vec<ChannelInfo>, String>>);
    let query = RwSignal::new(String::new());
    spawn_local(async move {
        let list = channels::discover().await.map_err(|failure| failure.say().to_owned());
        let _ = found.try_set(Some(list));
    });
    let results = move || match found.get() {
        None => view! { <li class="rail-hint">"One moment…"</li> }.into_any(),
        Some(Err(why)) => view! { <li class="error" role="alert">{why}</li> }.into_any(),
        Some(Ok(list)) => {
            let query = query.get();
            let fits = |info: &ChannelInfo| {
                matches(info.name.as_deref().unwrap_or_default(), &query)
                    || info.topic.as_deref().is_some_and(|topic| matches(topic, &query))
            };
            let shown: Vec<_> =
                list.into_iter().filter(fits).map(|info| result(ctx, info)).collect();
            if shown.is_empty() {
                let text = "There is no such channel. Make it with the + beside Channels.";
                view! { <li class="rail-hint">{text}</li> }.into_any()
            } else {
                shown.into_any()
            }
        }
    };
    let body = view! {
        <div class="form">
            <input
                type="search"
                id="browse-query"
                aria-label="Find a channel"
                placeholder="Find a channel"
                autocomplete="off"
                on:input=move |event| query.set(dom::event_value(&event))
            />
            <ul class="results">{results}</ul>
        </div>
    };
    dialog(ctx, "browse", "Browse channels", "#browse-query", body.into_any())
}

fn result(ctx: Ctx, info: ChannelInfo) -> AnyView {
    let id = info.channel_id;
    let inside = ctx.store.read(|state| state.channels.get(id).is_some());
    let count = info.user_ids.len();
    let members =
        [count.to_string().as_str(), if count == 1 { " member" } else { " members" }].concat();
    let about = match info.topic {
        Some(topic) => [&topic, " · ", &members].concat(),
        None => members,
    };
    let clicked = move |_| {
        dom::close_dialog("browse");
        if inside {
            channels::go(ctx, id);
        } else {
            channels::join(ctx, id);
        }
    };
    view! {
        <li class=["result ", hue(&id.to_string())].concat() data-channel-id=id.to_string()>
            <i class="swatch" aria-hidden="true"></i>
            <span class="who"><strong>{info.name}</strong><small>{about}</small></span>
            <button
                type="button"
                class=if inside { "quiet" } else { "soft" }
                on:click=clicked
            >
                {if inside { "Open" } else { "Join" }}
            </button>
        </li>
    }
    .into_any()
}
