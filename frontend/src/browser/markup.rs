//! The server's HTML in a place of a list, where nothing within it can be clicked.

use super::element::El;
use wasm_bindgen::JsCast;
use web_sys::Element;

impl El {
    /// Fills the element with the server's HTML as it is.
    pub fn markup(self, html: &str) -> Self {
        if let Some(element) = self.0.dyn_ref::<Element>() {
            element.set_inner_html(html);
        }
        self
    }
}
