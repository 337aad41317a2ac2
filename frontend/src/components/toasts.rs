//! Short notes that go away by themselves.

use super::icon::{self, icon};
use crate::commands::Ctx;
use leptos::prelude::*;

/// The notes that are shown.
#[component]
pub fn Toasts() -> impl IntoView {
    let ui = Ctx::get().ui;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || ui.toasts.get() key=|toast| toast.id let:toast>
                <p class="toast" class:error=toast.error>
                    {icon(if toast.error { icon::ALERT } else { icon::CHECK })}
                    <span>{toast.text}</span>
                    <button
                        type="button"
                        class="icon small"
                        aria-label="Dismiss"
                        on:click=move |_| ui.dismiss(toast.id)
                    >
                        {icon(icon::CLOSE)}
                    </button>
                </p>
            </For>
        </div>
    }
}
