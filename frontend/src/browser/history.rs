//! The address of the page: what it is, going elsewhere, and links that need no new page.

use super::page::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlAnchorElement, MouseEvent};

/// The path of the page.
pub fn path() -> String {
    window().and_then(|window| window.location().pathname().ok()).unwrap_or_default()
}

/// Changes the path. Going back leads to the one before, unless that is replaced.
pub fn go(path: &str, replace: bool) {
    let Some(history) = window().and_then(|window| window.history().ok()) else { return };
    // Both fail only for addresses of other sites.
    let _ = if replace {
        history.replace_state_with_url(&JsValue::NULL, "", Some(path))
    } else {
        history.push_state_with_url(&JsValue::NULL, "", Some(path))
    };
}

/// The path that a click leads to: a plain click that nobody has dealt with, on a link to the page
/// itself. Every other click is the browser's.
pub fn followed(event: &Event) -> Option<String> {
    let click = event.dyn_ref::<MouseEvent>()?;
    let held = click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key();
    if held || click.default_prevented() || click.button() != 0 {
        return None;
    }
    let target = click.target()?.dyn_into::<Element>().ok()?;
    let link = target.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let here = link.origin() == document()?.location()?.origin().ok()?;
    let plain =
        link.target().is_empty() && link.hash().is_empty() && !link.has_attribute("download");
    let path = link.pathname();
    (here && plain && shared::paths::is_page(&path)).then_some(path)
}
