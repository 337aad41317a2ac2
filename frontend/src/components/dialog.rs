//! The frame of every dialog: the native element, opened when it is drawn and drawn only while it
//! is open. The browser keeps the keyboard inside and gives it back to what opened it.

use super::icon::{self, icon};
use crate::browser::dom;
use crate::commands::Ctx;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};

/// A dialog with a title and a way out. `focus` is what the keyboard begins at.
pub fn dialog(
    ctx: Ctx,
    id: &'static str,
    title: &'static str,
    focus: &'static str,
    body: AnyView,
) -> AnyView {
    opened(id, focus);
    view! {
        <dialog
            id=id
            aria-labelledby=[id, "-title"].concat()
            on:close=move |_| ctx.ui.dialog.set(None)
            on:click=move |event| close_clicked(id, &event)
        >
            <header class="dialog-head">
                <h2 id=[id, "-title"].concat()>{title}</h2>
                <button type="button" class="icon" data-close="" aria-label="Close">
                    {icon(icon::CLOSE)}
                </button>
            </header>
            {body}
        </dialog>
    }
    .into_any()
}

/// Opens the dialog once it is in the page.
pub fn opened(id: &'static str, focus: &'static str) {
    spawn_local(async move {
        tick().await;
        dom::show_modal(id);
        if !focus.is_empty() {
            dom::focus(focus);
        }
    });
}

/// Closes the dialog when its close button, or the page behind it, was clicked.
pub fn close_clicked(id: &str, event: &leptos::ev::MouseEvent) {
    let outside = dom::is_dialog(event.target(), id);
    if outside || dom::nearest(event.target(), "data-close").is_some() {
        dom::close_dialog(id);
    }
}
