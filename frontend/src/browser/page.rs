//! The page as a whole: seen or not, online or not, its title, its look, its address.

use web_sys::{Document, Window};

pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

pub(super) fn document() -> Option<Document> {
    window()?.document()
}

/// Whether the page can be seen at all.
pub fn is_visible() -> bool {
    document().is_some_and(|document| !document.hidden())
}

/// Whether somebody looks at the page: it is visible and has the focus.
pub fn is_attended() -> bool {
    document().is_some_and(|document| !document.hidden() && document.has_focus().unwrap_or(false))
}

/// Whether the browser believes that there is a network.
pub fn is_online() -> bool {
    window().is_none_or(|window| window.navigator().on_line())
}

/// Sets the title in the tab.
pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Light, dark, or as the system says when it is neither.
pub fn set_theme(theme: Option<&str>) {
    let Some(root) = document().and_then(|document| document.document_element()) else { return };
    // Setting a data attribute with a valid name can't fail.
    let _ = match theme {
        Some(theme) => root.set_attribute("data-theme", theme),
        None => root.remove_attribute("data-theme"),
    };
}

fn matches(query: &str) -> bool {
    let list = window().and_then(|window| window.match_media(query).ok()?);
    list.is_some_and(|list| list.matches())
}

/// Whether fingers are the main way to point here.
pub fn is_touch() -> bool {
    matches("(hover: none) and (pointer: coarse)")
}

/// Whether the rail fills the screen.
pub fn is_phone() -> bool {
    matches("(max-width: 720px)")
}

/// Whether what stands beside the sheet covers a part of it, or all.
pub fn is_narrow() -> bool {
    matches("(max-width: 1080px)")
}

/// The absolute address of a path of this page.
pub fn address(path: &str) -> String {
    let origin = window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    [&origin, path].concat()
}

/// The address of a socket at this path.
pub fn socket_address(path: &str) -> String {
    match address(path).strip_prefix("http") {
        Some(rest) => ["ws", rest].concat(),
        None => path.to_owned(),
    }
}
