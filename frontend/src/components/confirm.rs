//! The question before something that can't be undone.

use super::dialog::{close_clicked, opened};
use crate::browser::dom;
use crate::commands::{Confirm, Ctx, channels, messages};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks, and does it when the answer is yes.
pub fn confirm(ctx: Ctx, what: Confirm) -> AnyView {
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
    let confirmed = move |_| {
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
    opened("confirm", "#confirm [data-action=confirm]");
    view! {
        <dialog
            id="confirm"
            role="alertdialog"
            aria-labelledby="confirm-title"
            aria-describedby="confirm-text"
            on:close=move |_| ctx.ui.dialog.set(None)
            on:click=move |event| close_clicked("confirm", &event)
        >
            <h2 id="confirm-title">{question}</h2>
            <p id="confirm-text">{text}</p>
            <footer class="dialog-foot">
                <button type="button" class="quiet" data-close="">{no}</button>
                <button
                    type="button"
                    class="primary danger"
                    data-action="confirm"
                    aria-busy=move || busy.get().then_some("true")
                    disabled=move || busy.get()
                    on:click=confirmed
                >
                    {yes}
                </button>
            </footer>
        </dialog>
    }
    .into_any()
}
