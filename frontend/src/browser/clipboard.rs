//! Writing to the clipboard.

use wasm_bindgen_futures::JsFuture;

/// Copies the text. False where the browser has no clipboard (pages without TLS) or refuses.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let navigator = window.navigator();
    // Missing outside secure contexts, although the bindings promise it.
    let there = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if !there.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}
