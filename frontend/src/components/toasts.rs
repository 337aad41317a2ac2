//! Short notes that go away by themselves.

use super::icon::{self, icon, icon_button};
use crate::browser::element::{El, el};
use crate::commands::Ctx;
use leptos::prelude::*;

/// The notes that are shown.
pub fn toasts(ctx: Ctx) -> El {
    let ui = ctx.ui;
    let keys = move || ui.toasts.with(|all| all.iter().map(|t| t.id.to_string()).collect());
    let toast = move |key: &str| {
        let found = ui
            .toasts
            .with_untracked(|all| all.iter().find(|toast| toast.id.to_string() == key).cloned());
        let Some(toast) = found else { return el("p", "toast") };
        let (class, sign) =
            if toast.error { ("toast error", icon::ALERT) } else { ("toast", icon::CHECK) };
        let dismiss =
            icon_button("icon small", icon::CLOSE, "Dismiss", move || ui.dismiss(toast.id));
        el("p", class).with(icon(sign)).with(el("span", "").text(&toast.text)).with(dismiss)
    };
    el("div", "toasts").attr("role", "status").attr("aria-live", "polite").each(keys, toast)
}
