//! Many small things in rows, of which one has the keyboard; and a box beside what it belongs to.

use super::page::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, NodeList};

/// Pixels between a box and what it stands beside, and between it and the edge of the page.
const GAP_PX: f64 = 8.0;

fn all(selector: &str) -> Option<NodeList> {
    document()?.query_selector_all(selector).ok()
}

fn item(list: &NodeList, at: u32) -> Option<HtmlElement> {
    list.item(at)?.dyn_into().ok()
}

fn place_of(element: &Element) -> (f64, f64) {
    let rect = element.get_bounding_client_rect();
    (rect.left(), rect.top())
}

/// Moves the focus among what the selector finds, as an arrow key, Home or End asks for: along the
/// row, or to what stands nearest in the row above or below. False if that leads nowhere.
pub fn step(selector: &str, key: &str) -> bool {
    let Some(list) = all(selector) else { return false };
    let active = document().and_then(|document| document.active_element());
    let len = list.length();
    let holds = |at: &u32| item(&list, *at).map(Into::into) == active;
    let Some(at) = (0..len).find(holds) else { return false };
    let to = match key {
        "ArrowRight" => (at + 1).min(len - 1),
        "ArrowLeft" => at.saturating_sub(1),
        "Home" => 0,
        "End" => len - 1,
        "ArrowDown" => match beside(&list, at, &mut (at + 1..len)) {
            Some(to) => to,
            None => return false,
        },
        "ArrowUp" => match beside(&list, at, &mut (0..at).rev()) {
            Some(to) => to,
            None => return false,
        },
        _ => return false,
    };
    item(&list, to).is_some_and(|element| element.focus().is_ok())
}

/// The one in the next row, in the order in which they come, that is nearest.
fn beside(list: &NodeList, at: u32, order: &mut dyn Iterator<Item = u32>) -> Option<u32> {
    let (left, top) = place_of(&item(list, at)?.into());
    let mut row = None;
    let mut best = None;
    for to in order {
        let (x, y) = place_of(&item(list, to)?.into());
        if (y - top).abs() < 1.0 {
            continue; // the same row
        }
        if row.is_some_and(|row: f64| (row - y).abs() >= 1.0) {
            break; // a row too far
        }
        row = Some(y);
        let away = (x - left).abs();
        if best.is_none_or(|(known, _)| away < known) {
            best = Some((away, to));
        }
    }
    best.map(|(_, to)| to)
}

/// Makes what has the focus the one stop of its group for the Tab key.
pub fn rove(event: &Event, selector: &str) {
    let Some(target) = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    if !target.matches(selector).unwrap_or(false) {
        return;
    }
    let before = [selector, "[tabindex=\"0\"]"].concat();
    if let Some(list) = all(&before) {
        for at in 0..list.length() {
            if let Some(element) = item(&list, at) {
                element.set_tab_index(-1);
            }
        }
    }
    target.set_tab_index(0);
}

/// Scrolls what the selector finds to the top of what it is scrolled in.
pub fn show(selector: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok()?);
    if let Some(element) = found {
        element.scroll_into_view();
    }
}

/// Puts the box with this id beside what the selector finds: above it if there is room, else below,
/// and within the page.
pub fn place(id: &str, anchor: &str) {
    let Some((document, window)) = document().zip(window()) else { return };
    let Some(element) = document.get_element_by_id(id) else { return };
    let Some(shown) = element.dyn_ref::<HtmlElement>() else { return };
    let anchor = document.query_selector(anchor).ok().flatten();
    let size = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64());
    let (Some(anchor), Some(width), Some(height)) =
        (anchor, size(window.inner_width()), size(window.inner_height()))
    else {
        return;
    };
    let (own, beside) = (element.get_bounding_client_rect(), anchor.get_bounding_client_rect());
    let within = |at: f64, length: f64, page: f64| at.min(page - length - GAP_PX).max(GAP_PX);
    let left = within(beside.right() - own.width(), own.width(), width);
    let above = beside.top() - own.height() - GAP_PX;
    let top = if above >= GAP_PX { above } else { beside.bottom() + GAP_PX };
    let top = within(top, own.height(), height);
    let style = shown.style();
    for (name, value) in [("--left", left), ("--top", top)] {
        // Properties of one's own take any value.
        let _ = style.set_property(name, &[&(value.round() as i32).to_string(), "px"].concat());
    }
}
