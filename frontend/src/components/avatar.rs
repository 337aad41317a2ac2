//! A person as a small picture: initials on the hue of their id.

use crate::browser::element::{El, el};
use crate::commands::Ctx;
use shared::UserId;
use shared::look::{hue, initials};

/// The avatar of a user; with the dot that tells whether they are online, if asked for.
pub fn avatar(ctx: Ctx, user: UserId, dot: bool, size: &str) -> El {
    let class = ["avatar ", hue(&user.to_string()), size].concat();
    let letters = move || {
        ctx.store.people.track();
        ctx.store.read(|state| {
            state.people.get(user).map(|user| initials(&user.display_name)).unwrap_or_default()
        })
    };
    let dot = dot.then(|| el("em", "").live_class("on", move || online(ctx, user)));
    el("span", &class).attr("aria-hidden", "true").words(letters).with_if(dot)
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
