//! Dropping files: anywhere on the sheet for the channel, anywhere on the pane for its thread.

use super::Writing;
use crate::browser::element::{El, el};
use crate::browser::files;
use crate::components::icon::{self, icon};
use leptos::prelude::*;

/// The zone that says where files would go, shown while they are dragged over it.
pub(super) fn zone(this: Writing, title: Memo<String>) -> impl Fn() -> Option<El> {
    let thread = this.at.1.is_some();
    let over = RwSignal::new(false);
    let selector = if thread { "aside" } else { "main.sheet" };
    let dragged = move |event: leptos::ev::Event| {
        if !files::are_dragged(&event) {
            return;
        }
        let here = files::is_within(&event, selector);
        if here {
            files::accept(&event, true);
        } else if !thread && !files::is_within(&event, "aside") {
            // Beside the sheet nothing takes files; the browser would leave the page for them.
            files::accept(&event, false);
        }
        if over.get_untracked() != here {
            over.set(here);
        }
    };
    let left = move |event: leptos::ev::Event| {
        // Out of the page altogether.
        if files::leaves_page(&event) {
            let _ = over.try_set(false);
        }
    };
    let dropped = move |event: leptos::ev::Event| {
        let _ = over.try_set(false);
        if !files::are_dragged(&event) {
            return;
        }
        event.prevent_default();
        if files::is_within(&event, selector) {
            this.add(files::dropped(&event));
        }
    };
    let listeners = [
        window_event_listener_untyped("dragenter", dragged),
        window_event_listener_untyped("dragover", dragged),
        window_event_listener_untyped("dragleave", left),
        window_event_listener_untyped("drop", dropped),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    move || {
        over.get().then(|| {
            let where_to = if thread { "the thread".to_owned() } else { title.get() };
            let text = ["Drop to attach to your message in ", &where_to].concat();
            let inner = el("span", "").with(icon(icon::CLIP)).text(&text);
            el("p", "dropzone").attr("aria-hidden", "true").with(inner)
        })
    }
}
