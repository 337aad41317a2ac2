//! The page of one's passkeys, and the door through which one logs in with one. Asking the browser
//! takes a script (`passkey.js`), which speaks to REST; removing is a form like all others.

use super::frame::{self, Door};
use crate::actions::passkeys;
use crate::error::Error;
use crate::transport::http::desk::{Fields, Notice, Visitor, back, noticed};
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::passkeys::PasskeyInfo;
use shared::limits::DISPLAY_NAME_MAX_CHARS;
use shared::{PasskeyId, Timestamp, paths};

const ADDED: &str = "added";
const DONE: &[(&str, &str)] = &[
    (ADDED, "Your passkey is added: you can log in with it from now on."),
    ("removed", "That passkey is removed: nobody logs in with it any more."),
];

/// `GET /settings/passkeys`.
pub async fn show(visitor: Visitor) -> Response {
    let notice = noticed(&visitor.query, DONE);
    page(&visitor, notice).await
}

/// `POST /settings/passkeys`: remove one.
pub async fn remove(visitor: Visitor, fields: Fields) -> Response {
    let removed = match fields.text("remove").parse::<PasskeyId>() {
        Ok(passkey) => passkeys::remove(&visitor.app, visitor.caller, passkey).await,
        Err(_) => Err(Error::not_found("passkey")),
    };
    match removed {
        Ok(()) => back(paths::account::PASSKEYS_PAGE, &visitor.query, "removed"),
        Err(error) => page(&visitor, Some(Notice::Wrong(error))).await,
    }
}

async fn page(visitor: &Visitor, notice: Option<Notice>) -> Response {
    let list = match passkeys::list(&visitor.app, visitor.caller).await {
        Ok(list) => list.passkeys,
        Err(error) => return error.into_response(),
    };
    let now = visitor.app.clock.now();
    let content = move || view! { <Add/> <List list now/> };
    let lead = "Log in with your fingerprint, your face or the PIN of your device. Nobody can \
                guess it, and no other site can ask for it.";
    frame::draw(visitor, paths::account::PASSKEYS_PAGE, ("Passkeys", lead), notice, content)
}

#[component]
fn Add() -> impl IntoView {
    view! {
        <section>
            <h2>"Add a passkey"</h2>
            <form
                class="card"
                data-ask=paths::PASSKEY_OPTIONS
                data-tell=paths::PASSKEYS
                data-next=format!("{}?done={ADDED}", paths::account::PASSKEYS_PAGE)
            >
                <p class="said wrong" role="alert" hidden></p>
                {needs_script()}
                <label class="fieldset">
                    "What to call it"
                    <input
                        type="text"
                        name="name"
                        maxlength=DISPLAY_NAME_MAX_CHARS.to_string()
                        placeholder="My laptop"
                        autocomplete="off"
                        required
                    />
                </label>
                <button class="primary" disabled>"Add a passkey"</button>
            </form>
        </section>
    }
}

#[component]
fn List(list: Vec<PasskeyInfo>, now: Timestamp) -> impl IntoView {
    let entry = |passkey: PasskeyInfo| {
        let label = format!("Remove {}", passkey.name);
        let id = passkey.passkey_id.to_string();
        let used = match passkey.last_used_at {
            Some(at) => view! { "Last used " {frame::when(now, at)} }.into_any(),
            None => view! { "Never used" }.into_any(),
        };
        let about = view! { {used} " \u{b7} added " {frame::when(now, passkey.created_at)} };
        let end = view! {
            <button class="quiet small danger" name="remove" value=id aria-label=label>
                "Remove"
            </button>
        };
        frame::entry(frame::KEY, passkey.name, about, end)
    };
    let none = list.is_empty();
    let entries: Vec<_> = list.into_iter().map(entry).collect();
    let list = if none {
        view! { <p class="none">"You have none yet."</p> }.into_any()
    } else {
        view! { <ul class="list">{entries}</ul> }.into_any()
    };
    view! {
        <section>
            <h2>"Your passkeys"</h2>
            <form method="post" action=paths::account::PASSKEYS_PAGE>{list}</form>
        </section>
    }
}

/// `GET /passkey`: logging in with a passkey, without a name.
pub async fn log_in() -> Response {
    let content = || {
        view! {
            <p class="lead">"Your device asks who you are; there is no name to type."</p>
            <form
                data-ask=paths::LOGIN_PASSKEY_OPTIONS
                data-tell=paths::LOGIN_PASSKEY
                data-next="/"
            >
                <p class="said wrong" role="alert" hidden></p>
                {needs_script()}
                <button class="primary" disabled>"Use a passkey"</button>
            </form>
            <p class="alt"><a class="link" href="/">"Use a name and a password"</a></p>
        }
    };
    Door { title: "Log in", wrong: None, status: 200, script: true }.draw(content)
}

fn needs_script() -> impl IntoView {
    view! {
        <noscript>
            <p class="said wrong">"Browsers use passkeys by JavaScript alone: switch it on for this page."</p>
        </noscript>
    }
}
