//! The question before something that can't be undone.

use super::dialog::frame;
use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::commands::{Confirm, Ctx, channels, messages};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks, and does it when the answer is yes.
pub fn confirm(ctx: Ctx, what: Confirm) -> El {
    let title = |channel| ctx.store.read(|state| state.title(channel));
    let (question, text, yes, no) = match what {
        Confirm::DeleteMessage(channel, _) => (
            "Delete this message?",
            [
                "Everyone in ",
                &title(channel),
                " will see that a message was here, and nobody can read it any more.",
            ]
            .concat(),
            "Delete",
            "Keep it",
        ),
        Confirm::Leave(channel) => (
            "Leave this channel?",
            [&title(channel), " goes from your list. Somebody inside can add you again."].concat(),
            "Leave",
            "Stay",
        ),
        Confirm::DeleteChannel(channel) => (
            "Delete this channel?",
            [&title(channel), " and everything said in it is gone, for everyone."].concat(),
            "Delete for everyone",
            "Keep it",
        ),
        Confirm::Remove(channel, user) => (
            "Remove this person?",
            ctx.store.read(|state| {
                let name = state.people.name(user);
                let title = state.title(channel);
                [name, " will not see what is said in ", &title, " from now on."].concat()
            }),
            "Remove",
            "Keep them",
        ),
    };
    let busy = RwSignal::new(false);
    let confirmed = move || {
        busy.set(true);
        spawn_local(async move {
            let done = match what {
                Confirm::DeleteMessage(channel, message) => {
                    messages::delete(ctx, channel, message).await
                }
                Confirm::Leave(channel) => channels::remove(ctx, channel, ctx.store.me).await,
                Confirm::DeleteChannel(channel) => channels::delete(ctx, channel).await,
                Confirm::Remove(channel, user) => channels::remove(ctx, channel, user).await,
            };
            let _ = busy.try_set(false);
            dom::close_dialog("confirm");
            if done && matches!(what, Confirm::DeleteMessage(..)) {
                // The row is a tombstone now: the keyboard goes on to the one after it.
                dom::focus(".feed article[tabindex=\"0\"]");
                dom::focus_step(".feed article", 1);
            }
        });
    };
    let stay = el("button", "quiet").attr("type", "button").attr("data-close", "").text(no);
    let go = el("button", "primary danger")
        .attr("type", "button")
        .attr("data-action", "confirm")
        .live_flag("aria-busy", move || busy.get())
        .live_flag("disabled", move || busy.get())
        .text(yes)
        .on_click(confirmed);
    frame(ctx, "confirm", "#confirm [data-action=confirm]")
        .attr("role", "alertdialog")
        .attr("aria-labelledby", "confirm-title")
        .attr("aria-describedby", "confirm-text")
        .with(el("h2", "").id("confirm-title").text(question))
        .with(el("p", "").id("confirm-text").text(&text))
        .with(el("footer", "dialog-foot").with(stay).with(go))
}
