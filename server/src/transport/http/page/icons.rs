//! The few icons of the first paint, so that nothing moves when the app draws its own: one path
//! each, drawn as a line of the text's colour on a field of 20 by 20.

use leptos::prelude::*;

pub(super) const SEARCH: &str = "M3.5 9a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0m9.7 4.2 3.6 3.6";
pub(super) const PLUS: &str = "M10 4.5v11M4.5 10h11";
pub(super) const COMPASS: &str =
    "M3.5 10a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0m9.1-2.6-1.4 3.8-3.8 1.4 1.4-3.8z";
pub(super) const SETTINGS: &str = "M4 6h7M15 6h1M4 14h1M9 14h7\
     M11 6a2 2 0 1 0 4 0a2 2 0 1 0-4 0M5 14a2 2 0 1 0 4 0a2 2 0 1 0-4 0";
pub(in super::super) const BACK: &str = "m12 4.5-5.5 5.5 5.5 5.5";
pub(super) const SEND: &str = "M10 15.5v-11M5 9.2l5-4.9 5 4.9";

/// The drawing.
pub(in super::super) fn icon(path: &'static str) -> impl IntoView {
    view! { <svg viewBox="0 0 20 20" aria-hidden="true"><path d=path></path></svg> }
}

/// The place of a button that is not there yet.
pub(super) fn place(class: &'static str, path: &'static str) -> impl IntoView {
    view! { <span class=class aria-hidden="true">{icon(path)}</span> }
}
