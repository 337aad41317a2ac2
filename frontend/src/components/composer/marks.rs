//! Keys that put Markdown around what is selected.

use crate::browser::{area, dom};
use crate::state::completion::byte_at;

/// Does what this key asks for together with Ctrl: B bold, I italic, Shift+X struck through, K a
/// link (with something selected: without it, the key goes to a channel). False if nothing.
pub(super) fn mark(id: &str, key: &str, shift: bool) -> bool {
    let Some((from, to)) = area::selection(id) else { return false };
    let (before, after) = match key.to_ascii_lowercase().as_str() {
        "b" if !shift => ("**", "**"),
        "i" if !shift => ("_", "_"),
        "x" if shift => ("~~", "~~"),
        "k" if !shift && from < to => ("[", "](https://)"),
        _ => return false,
    };
    let text = dom::value(id);
    let chosen = text.get(byte_at(&text, from)..byte_at(&text, to)).unwrap_or_default();
    area::replace(id, from, to, &[before, chosen, after].concat());
    let inner = from + before.len();
    if before == "[" {
        // The address is what comes next.
        let address = inner + (to - from) + 2;
        area::select(id, address, address + "https://".len());
    } else {
        area::select(id, inner, inner + (to - from));
    }
    true
}
