//! Single elements: focus, dialogs, fields, attributes of what was clicked.

use super::page::document;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventTarget, HtmlDialogElement, HtmlElement, HtmlInputElement,
    HtmlTextAreaElement,
};

fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// Removes the element with this id, if there is one.
pub fn remove(id: &str) {
    if let Some(element) = by_id(id) {
        element.remove();
    }
}

/// Moves the focus to the first element that the selector finds. Tells whether there is one.
pub fn focus(selector: &str) -> bool {
    let found = document().and_then(|document| document.query_selector(selector).ok()?);
    let element = found.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

/// What had the focus, to give it back.
#[derive(Debug, Clone)]
pub struct Focused(Option<HtmlElement>);

/// What has the focus now.
pub fn focused() -> Focused {
    let active = document().and_then(|document| document.active_element());
    Focused(active.and_then(|element| element.dyn_into().ok()))
}

impl Focused {
    /// Gives the focus back to what had it. False if that is gone, or was nothing of its own.
    pub fn give_back(&self) -> bool {
        let Some(element) = &self.0 else { return false };
        element.is_connected()
            && element.tag_name() != "BODY"
            && element.focus().is_ok()
            && focused().0.as_ref() == Some(element)
    }
}

/// Whether the focus is within an element that the selector finds.
pub fn focus_within(selector: &str) -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|element| element.closest(selector).is_ok_and(|found| found.is_some()))
}

/// Whether the focus is where people write, so that single keys are text.
pub fn is_writing() -> bool {
    focus_within("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]")
}

/// Opens a dialog above everything else; the browser keeps the focus in it.
pub fn show_modal(id: &str) {
    if let Some(dialog) = dialog(id).filter(|dialog| !dialog.open()) {
        // Fails only for a dialog that is open or not in the page.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog; the browser gives the focus back to what had it.
pub fn close_dialog(id: &str) {
    if let Some(dialog) = dialog(id) {
        dialog.close();
    }
}

fn dialog(id: &str) -> Option<HtmlDialogElement> {
    let found = document()?.query_selector(&["dialog#", id].concat()).ok()??;
    found.dyn_into().ok()
}

/// Opens a popover beside the element that opened it: below it, or above where there is more room.
pub fn show_popover(popover: &str, opener: &str) {
    let find = |selector| document().and_then(|document| document.query_selector(selector).ok()?);
    let (popover, opener) = (find(popover), find(opener));
    let Some(popover) = popover.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    // Fails only for what is no popover or is open.
    let _ = popover.show_popover();
    let Some((opener, window)) = opener.zip(super::page::window()) else { return };
    let (at, own) = (opener.get_bounding_client_rect(), popover.get_bounding_client_rect());
    let inner = |size: Result<wasm_bindgen::JsValue, _>| size.ok().and_then(|size| size.as_f64());
    let wide = inner(window.inner_width()).unwrap_or_default();
    let high = inner(window.inner_height()).unwrap_or_default();
    let below = at.bottom() + 4.0;
    let top =
        if below + own.height() + 8.0 <= high { below } else { at.top() - 4.0 - own.height() };
    let top = top.min(high - 8.0 - own.height()).max(8.0);
    let left = (at.right() - own.width()).min(wide - 8.0 - own.width()).max(8.0);
    for (side, place) in [("top", top), ("left", left)] {
        // A length in pixels is a valid one.
        let _ = popover.style().set_property(side, &[&(place as i32).to_string(), "px"].concat());
    }
}

/// Closes a popover.
pub fn hide_popover(popover: &str) {
    let found = document().and_then(|document| document.query_selector(popover).ok()?);
    if let Some(popover) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // Fails only for what is no popover, as on touch.
        let _ = popover.hide_popover();
    }
}

/// Whether a popover has just been closed, from its own event.
pub fn is_closing(event: &Event) -> bool {
    let state = js_sys::Reflect::get(event, &"newState".into());
    state.is_ok_and(|state| state.as_string().as_deref() == Some("closed"))
}

/// Whether a dialog is open.
pub fn is_dialog_open() -> bool {
    document().is_some_and(|document| {
        document.query_selector("dialog[open]").is_ok_and(|found| found.is_some())
    })
}

/// What a text field holds.
pub fn value(id: &str) -> String {
    by_id(id).map(|element| element_value(&element)).unwrap_or_default()
}

fn element_value(element: &Element) -> String {
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        return area.value();
    }
    element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value).unwrap_or_default()
}

/// Puts a text into a text field, with the cursor at its end.
pub fn set_value(id: &str, text: &str) {
    match by_id(id).and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok()) {
        Some(area) => area.set_value(text),
        None => {
            let input = by_id(id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok());
            if let Some(input) = input {
                input.set_value(text);
            }
        }
    }
    autogrow(id);
}

/// Makes a text area as high as its text, where the style sheet alone can't.
pub fn autogrow(id: &str) {
    let Some(area) = by_id(id).and_then(|e| e.dyn_into::<HtmlTextAreaElement>().ok()) else {
        return;
    };
    let style = area.style();
    if style.get_property_value("field-sizing").is_ok_and(|value| !value.is_empty())
        || has_field_sizing(&area)
    {
        return;
    }
    // Failing here leaves the area as high as it was.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &[&area.scroll_height().to_string(), "px"].concat());
}

fn has_field_sizing(area: &HtmlTextAreaElement) -> bool {
    js_sys::Reflect::has(&area.style(), &"fieldSizing".into()).unwrap_or(false)
}

/// The key of an event of the keyboard; nothing for others.
pub fn event_key(event: &Event) -> String {
    event.dyn_ref::<web_sys::KeyboardEvent>().map(web_sys::KeyboardEvent::key).unwrap_or_default()
}

/// The field that an event happened in: its value.
pub fn event_value(event: &Event) -> String {
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.map(|element| element_value(&element)).unwrap_or_default()
}

/// Whether the box that an event happened in is ticked.
pub fn event_checked(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    target.is_some_and(|input| input.checked())
}

/// The value of an attribute of the nearest element around the event's target that has it.
pub fn nearest(target: Option<EventTarget>, attribute: &str) -> Option<String> {
    let element = target?.dyn_into::<Element>().ok()?;
    let found = element.closest(&["[", attribute, "]"].concat()).ok()??;
    found.get_attribute(attribute)
}

/// An attribute of the first element that the selector finds.
pub fn attribute(selector: &str, name: &str) -> Option<String> {
    document()?.query_selector(selector).ok()??.get_attribute(name)
}

/// The value of a named field of the form with this id.
pub fn field(form: &str, name: &str) -> String {
    let selector = ["#", form, " [name=\"", name, "\"]"].concat();
    let found = document().and_then(|document| document.query_selector(&selector).ok()?);
    found.map(|element| element_value(&element)).unwrap_or_default()
}

/// The value of the chosen one among radio buttons of a name.
pub fn chosen(name: &str) -> Option<String> {
    let selector = ["input[name=\"", name, "\"]:checked"].concat();
    let found = document()?.query_selector(&selector).ok()??;
    Some(element_value(&found))
}

/// Moves the focus to the next one of the elements that the selector finds, from the one that has
/// it or holds it, `by` steps on; stays at the ends.
pub fn focus_step(selector: &str, by: i32) -> bool {
    let Some(document) = document() else { return false };
    let Ok(list) = document.query_selector_all(selector) else { return false };
    let active = document.active_element();
    let len = list.length() as i32;
    let at = (0..len).find(|at| {
        let node = list.item(*at as u32);
        node.is_some_and(|node| node.contains(active.as_deref()))
    });
    let to = match at {
        Some(at) => (at + by).clamp(0, len - 1),
        None if by < 0 => len - 1,
        None => 0,
    };
    let node = list.item(to as u32).and_then(|node| node.dyn_into::<HtmlElement>().ok());
    node.is_some_and(|node| node.focus().is_ok())
}

/// Whether the target is the dialog with this id, and nothing within it.
pub fn is_dialog(target: Option<EventTarget>, id: &str) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.id() == id && element.has_type::<HtmlDialogElement>())
}

/// Whether the target is a row of the feed itself, and nothing within it.
pub fn is_row(target: Option<EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.has_attribute("data-key"))
}

/// Where the focus goes when it leaves an element.
pub fn focus_goes_to(event: &Event) -> Option<EventTarget> {
    event.dyn_ref::<web_sys::FocusEvent>().and_then(web_sys::FocusEvent::related_target)
}
