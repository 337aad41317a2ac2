//! What stands at an address that doesn't exist, or is not for the user to see.

use super::home::blank_sheet;
use crate::browser::element::{El, el, many};
use crate::browser::page;

/// Nothing here.
pub fn lost() -> El {
    page::set_title("Nothing here · Hubbub");
    let text = el("p", "").text("This page does not exist, or it is not for you to see.");
    let back = el("a", "primary").attr("href", "/").text("Back to Hubbub");
    blank_sheet("welcome lost", el("h1", "").text("Nothing here"), many([text, back]))
}
