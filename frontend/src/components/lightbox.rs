//! The pictures of a message, large, one at a time.

use super::attachments::address;
use super::dialog::frame;
use super::icon::{self, icon, icon_button};
use crate::browser::element::{El, el};
use crate::commands::Ctx;
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use shared::Attachment;

/// Pixels that a finger goes sideways for the next picture.
const SWIPE_PX: i32 = 60;

/// The dialog. It begins with the picture at this place.
pub fn lightbox(ctx: Ctx, pictures: Vec<Attachment>, at: usize) -> El {
    let count = pictures.len();
    let at = RwSignal::new(at.min(count.saturating_sub(1)));
    let pictures = StoredValue::new(pictures);
    let step = move |by: i32| {
        let next = at.get_untracked().saturating_add_signed(by as isize);
        if next < count {
            at.set(next);
        }
    };
    let shown = move || pictures.with_value(|all| all.get(at.get()).cloned());
    let name = move || shown().map(|file| file.filename).unwrap_or_default();
    let place = move || match count {
        1 => String::new(),
        _ => [&(at.get() + 1).to_string(), " of ", &count.to_string()].concat(),
    };
    let download = el("a", "icon")
        .live_attr("href", move || shown().map(|file| address(&file, "")))
        .live_attr("download", move || Some(name()))
        .attr("aria-label", "Download")
        .with(icon(icon::DOWNLOAD));
    let close = el("button", "icon")
        .attr("type", "button")
        .attr("data-close", "")
        .attr("aria-label", "Close")
        .with(icon(icon::CLOSE));
    let head = el("header", "")
        .with(el("h2", "").words(name))
        .with(el("small", "").attr("role", "status").words(place))
        .with(download)
        .with(close);
    let turn = move |class: &'static str, path, label, by: i32| {
        (count > 1).then(|| {
            let end = if by < 0 { 0 } else { count - 1 };
            icon_button(class, path, label, move || step(by))
                .live_flag("disabled", move || at.get() == end)
        })
    };
    let picture = move || {
        let file = shown()?;
        let picture = el("img", "")
            .attr("src", &address(&file, "?size=large"))
            .attr("alt", &file.filename)
            .attr_if("width", file.width.map(|w| w.to_string()).as_deref())
            .attr_if("height", file.height.map(|h| h.to_string()).as_deref())
            .attr("draggable", "false");
        Some(picture)
    };
    let pressed = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => step(-1),
            "ArrowRight" => step(1),
            _ => return,
        }
        event.prevent_default();
    };
    let begun = StoredValue::new(None::<i32>);
    let swiped = move |event: PointerEvent| {
        if let Some(from) = begun.get_value() {
            let way = event.client_x() - from;
            begun.set_value(None);
            if way.abs() >= SWIPE_PX {
                step(if way < 0 { 1 } else { -1 });
            }
        }
    };
    frame(ctx, "lightbox", "#lightbox [data-close]")
        .attr("class", "lightbox")
        .attr("aria-label", "Pictures")
        .on_key(pressed)
        .on_pointer("pointerdown", move |event| begun.set_value(Some(event.client_x())))
        .on_pointer("pointerup", swiped)
        .with(head)
        .with_if(turn("icon turn back", icon::BACK, "Previous picture", -1))
        .live(picture)
        .with_if(turn("icon turn on", icon::NEXT, "Next picture", 1))
}
