//! What stands at an address that doesn't exist, or is not for the user to see.

use leptos::prelude::*;

/// Nothing here.
#[component]
pub fn Lost() -> impl IntoView {
    crate::browser::page::set_title("Nothing here · Hubbub");
    view! {
        <main class="sheet h12" aria-labelledby="channel-name">
            <section class="welcome lost">
                <span class="mark big" aria-hidden="true"></span>
                <h1 id="channel-name" tabindex="-1">"Nothing here"</h1>
                <p>"This page does not exist, or it is not for you to see."</p>
                <a class="primary" href="/">"Back to Hubbub"</a>
            </section>
        </main>
    }
}
