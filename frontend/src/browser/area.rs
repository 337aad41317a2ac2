//! What is written in a text area: where the caret is, and changes that can be undone. Places are
//! counted in units of UTF-16, as browsers count.

use super::page::document;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlDocument, HtmlTextAreaElement};

fn area(id: &str) -> Option<HtmlTextAreaElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// What is selected: from and to, the same for a bare caret.
pub fn selection(id: &str) -> Option<(usize, usize)> {
    let area = area(id)?;
    let (from, to) = (area.selection_start().ok()??, area.selection_end().ok()??);
    Some((from as usize, to as usize))
}

/// Selects a part.
pub fn select(id: &str, from: usize, to: usize) {
    if let Some(area) = area(id) {
        // Places beyond the end are held at the end.
        let _ = area.set_selection_range(from as u32, to as u32);
    }
}

/// Puts a text in the place of a part, with the caret behind it, as if it had been typed: it can be
/// undone, and `input` is told.
pub fn replace(id: &str, from: usize, to: usize, text: &str) {
    let Some(area) = area(id) else { return };
    // A text area can be focused wherever it is shown, and its places are held at its ends.
    let _ = area.focus();
    let _ = area.set_selection_range(from as u32, to as u32);
    let typed = document().and_then(|document| document.dyn_into::<HtmlDocument>().ok());
    let typed = typed.is_some_and(|document| {
        document.exec_command_with_show_ui_and_value("insertText", false, text).unwrap_or(false)
    });
    if !typed {
        let _ = area.set_range_text(text);
        let end = from as u32 + text.encode_utf16().count() as u32;
        let _ = area.set_selection_range(end, end);
        if let Ok(event) = Event::new("input") {
            let _ = area.dispatch_event(&event);
        }
    }
}

/// Whether an event of typing came while an input method composes.
pub fn is_composing(event: &Event) -> bool {
    event.dyn_ref::<web_sys::InputEvent>().is_some_and(web_sys::InputEvent::is_composing)
}
