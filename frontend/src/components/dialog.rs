//! The frame of every dialog: the native element, opened when it is drawn and drawn only while it
//! is open. The browser keeps the keyboard inside and gives it back to what opened it.

use super::icon::{self, icon};
use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::commands::Ctx;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};

/// A dialog with a title and a way out. `focus` is what the keyboard begins at.
pub fn dialog(ctx: Ctx, id: &'static str, title: &str, focus: &'static str, body: El) -> El {
    let title_id = [id, "-title"].concat();
    let close = el("button", "icon")
        .attr("type", "button")
        .attr("data-close", "")
        .attr("aria-label", "Close")
        .with(icon(icon::CLOSE));
    let head = el("header", "dialog-head").with(el("h2", "").id(&title_id).text(title)).with(close);
    frame(ctx, id, focus).attr("aria-labelledby", &title_id).with(head).with(body)
}

/// A dialog with nothing in it yet.
pub fn frame(ctx: Ctx, id: &'static str, focus: &'static str) -> El {
    spawn_local(async move {
        tick().await;
        dom::show_modal(id);
        if !focus.is_empty() {
            dom::focus(focus);
        }
    });
    el("dialog", "").id(id).on("close", move |_| ctx.ui.dialog.set(None)).on(
        "click",
        move |event| {
            // The page behind it, or a button that closes.
            let outside = dom::is_dialog(event.target(), id);
            if outside || dom::nearest(event.target(), "data-close").is_some() {
                dom::close_dialog(id);
            }
        },
    )
}

/// A labelled field of a form.
pub fn field(label: &str, note: &str, input: El) -> El {
    let text = el("label", "fieldset").text(label);
    let note = (!note.is_empty()).then(|| el("em", "").text(note));
    text.with_if(note).with(input)
}

/// A field for one line of text.
pub fn line(name: &str, max: &str, placeholder: &str, value: &str) -> El {
    el("input", "")
        .attr("name", name)
        .attr("maxlength", max)
        .attr("autocomplete", "off")
        .attr("placeholder", placeholder)
        .attr("value", value)
}
