//! A person as a small picture: initials on the hue of their id.

use crate::commands::Ctx;
use crate::state::look::{hue, initials};
use leptos::prelude::*;
use shared::UserId;

/// The avatar of a user; with the dot that tells whether they are online, if asked for.
pub fn avatar(ctx: Ctx, user: UserId, dot: bool, size: &'static str) -> AnyView {
    let class = ["avatar ", hue(&user.to_string()), size].concat();
    let letters = move || {
        ctx.store.people.track();
        ctx.store.read(|state| state.people.get(user).map(|user| initials(&user.display_name)))
    };
    let dot = dot.then(|| view! { <em class:on=move || online(ctx, user)></em> });
    view! { <span class=class aria-hidden="true">{letters}{dot}</span> }.into_any()
}

/// Whether the user is online, watched.
pub fn online(ctx: Ctx, user: UserId) -> bool {
    ctx.store.people.track();
    ctx.store.read(|state| state.people.is_online(user))
}

/// The name of the user, watched.
pub fn name(ctx: Ctx, user: UserId) -> String {
    ctx.store.people.track();
    ctx.store.read(|state| state.people.name(user).to_owned())
}
