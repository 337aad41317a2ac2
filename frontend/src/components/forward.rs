//! Picking where a message is passed on to.

use super::avatar::name;
use super::icon::{self, icon};
use super::switcher::{Goal, finder};
use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::commands::{Ctx, keeping};
use crate::state::rows::Gist;
use leptos::task::spawn_local;
use shared::Forward;
use std::rc::Rc;

/// The dialog. `gist` is what the message says.
pub fn forward(ctx: Ctx, message: Forward, gist: &Gist) -> El {
    let author = gist.author;
    let pick = Rc::new(move |goal: Goal| {
        let message = message.clone();
        let to = match goal {
            Goal::Channel(channel) => Ok(channel),
            Goal::Person(user) => Err(user),
        };
        spawn_local(async move {
            if keeping::forward(ctx, message, to).await {
                dom::close_dialog("forward");
            }
        });
    });
    let said = el("p", "forwarded")
        .with(icon(icon::FORWARD))
        .with(el("b", "").words(move || name(ctx, author)))
        .with(el("span", "").text(&gist.text));
    finder(ctx, "forward", "Forward to a channel or a person", Some(said), pick)
}
