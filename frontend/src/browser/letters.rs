//! What the browser knows about letters.

use js_sys::JsString;

/// A text in small letters.
pub fn lower(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}
