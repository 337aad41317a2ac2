//! Changing a message in its place.

use super::composer::completion::Completion;
use crate::browser::dom;
use crate::browser::element::{El, el};
use crate::commands::{Ctx, messages};
use crate::state::rows::Row;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use shared::ChannelId;

/// The text of a row to change, with the ways out.
pub fn editor(ctx: Ctx, channel: ChannelId, row: RwSignal<Row>) -> El {
    let text = row.with_untracked(|row| row.text.clone());
    let lines = text.lines().count().clamp(1, 12).to_string();
    let save = move || {
        let text = dom::value("edit-text");
        let row = row.get_untracked();
        messages::save_edit(ctx, channel, &row, &text);
    };
    spawn_local(async move {
        tick().await;
        dom::set_value("edit-text", &text);
        dom::focus("#edit-text");
    });
    let completion = Completion::new(ctx, (channel, None), "edit-text", false);
    let area = el("textarea", "")
        .attr("name", "edit")
        .id("edit-text")
        .attr("rows", &lines)
        .attr("aria-label", "Edit message")
        .on("input", move |event| {
            dom::autogrow("edit-text");
            completion.typed(&event);
        })
        .on_key(move |event| {
            event.stop_propagation();
            if completion.pressed(&event) {
                return;
            }
            let composing = event.is_composing() || event.key_code() == 229;
            match event.key().as_str() {
                "Enter" if !composing && !event.shift_key() => {
                    event.prevent_default();
                    save();
                }
                "Escape" if !composing => {
                    event.prevent_default();
                    messages::end_edit(ctx);
                }
                _ => {}
            }
        });
    let area = completion.of(area);
    let keys = el("span", "")
        .with(el("kbd", "").text("Esc"))
        .text(" cancels, ")
        .with(el("kbd", "").text("Enter"))
        .text(" saves");
    let cancel = el("button", "quiet").attr("type", "button").text("Cancel");
    let foot = el("p", "edit-foot")
        .with(keys)
        .with(cancel.on_click(move || messages::end_edit(ctx)))
        .with(el("button", "primary small").text("Save"));
    let submit = move |event: leptos::ev::Event| {
        event.prevent_default();
        save();
    };
    el("form", "edit")
        .attr("aria-label", "Edit message")
        .on("submit", submit)
        .with(completion.list())
        .with(area)
        .with(foot)
}
