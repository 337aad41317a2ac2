//! What stands around the pages of one's account: their place in the desk's layout, the doors that
//! stand alone, and the few parts that several pages have. What stands inside is each page's own.

use super::{files, words};
use crate::error::Error;
use crate::transport::http::desk::layout::{Frame, Place, head, said};
use crate::transport::http::desk::{self, Notice, Visitor};
use crate::transport::http::page::icons::icon;
use axum::response::Response;
use leptos::prelude::*;
use leptos::tachys::html::InertElement;
use shared::{Timestamp, paths};

/// A person.
const PERSON: &str = "M10 9.5a3 3 0 1 0 0-6a3 3 0 1 0 0 6M4 16.5c.4-3.2 2.8-5 6-5s5.6 1.8 6 5";
/// A screen.
pub(super) const DEVICE: &str = "M3 4.5h14v8.5H3zM7 16.5h6M10 13v3.5";
/// A telephone.
pub(super) const PHONE: &str = "M6 2.5h8v15H6zM9 15h2";
/// A key.
pub(super) const KEY: &str = "M3 13a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0M9 10.5l7-7M13.5 6l2.5 2.5";
/// Something to write programs with.
pub(super) const CODE: &str = "M7 5.5 2.5 10 7 14.5M13 5.5l4.5 4.5-4.5 4.5";

/// A page of the account, with what `content` draws in it.
pub(super) fn draw<V: IntoView + 'static>(
    visitor: &Visitor,
    here: &'static str,
    (title, lead): (&'static str, &'static str),
    notice: Option<Notice>,
    content: impl FnOnce() -> V,
) -> Response {
    let place = |path, name, icon| Place { path, name, icon };
    let places = vec![
        place(paths::account::SETTINGS_PAGE, "Name and password", PERSON),
        place(paths::account::CLIENTS_PAGE, "Devices", DEVICE),
        place(paths::account::PASSKEYS_PAGE, "Passkeys", KEY),
        place(paths::account::TOKENS_PAGE, "API tokens", CODE),
    ];
    let notice = notice.map(|notice| match notice {
        Notice::Wrong(error) => Notice::Wrong(words::plain(error)),
        other => other,
    });
    let script = (here == paths::account::PASSKEYS_PAGE).then(files::script);
    let title = title.to_owned();
    let section = "Account";
    desk::page(Frame { section, places, here, title, lead, notice, script, visitor }, || {
        content().into_any()
    })
}

/// A page that stands alone, for who is not logged in.
#[derive(Debug)]
pub(super) struct Door {
    /// What it is called.
    pub(super) title: &'static str,
    /// What was refused.
    pub(super) wrong: Option<Error>,
    /// Its status, unless something was refused.
    pub(super) status: u16,
    /// Whether it asks browsers for passkeys.
    pub(super) script: bool,
}

impl Door {
    /// The answer, with what `content` draws in it.
    pub(super) fn draw<V: IntoView + 'static>(self, content: impl FnOnce() -> V) -> Response {
        let Self { title, wrong, status, script } = self;
        let status = wrong.as_ref().map_or(status, |error| error.code.status());
        let html = Owner::new().with(|| {
            let tab = format!("{title} \u{b7} Hubbub");
            let address = script.then(files::script);
            let notice = wrong.map(|error| Notice::Wrong(words::plain(error)));
            let page = view! {
                <html lang="en">
                    {head(tab, address)}
                    <body>
                        <div class="door">
                            <main class="enter">
                                <span class="mark big" aria-hidden="true"></span>
                                <h1>{title}</h1>
                                {notice.map(said)}
                                {content()}
                            </main>
                        </div>
                    </body>
                </html>
            };
            (InertElement::new("<!DOCTYPE html>"), page).to_html()
        });
        desk::html(status, script, html)
    }
}

/// A field for a password.
pub(super) fn secret(
    label: &'static str,
    name: &'static str,
    autocomplete: &'static str,
) -> impl IntoView {
    view! {
        <label class="fieldset">
            {label}
            <input type="password" name=name autocomplete=autocomplete required/>
        </label>
    }
}

/// Whose password it is: password managers want to know.
pub(super) fn whose(username: String) -> impl IntoView {
    view! { <input type="text" name="username" autocomplete="username" value=username hidden/> }
}

/// When something was, as people say it; the time itself when pointed at.
pub(super) fn when(now: Timestamp, at: Timestamp) -> impl IntoView {
    let exact = at.to_rfc3339();
    view! { <time datetime=exact.clone() title=exact>{words::ago(now, at)}</time> }
}

/// Something in a list: its drawing, its name, what there is to say of it, and its button.
pub(super) fn entry(
    drawing: &'static str,
    name: String,
    about: impl IntoView + 'static,
    button: impl IntoView + 'static,
) -> impl IntoView {
    view! {
        <li>
            {icon(drawing)}
            <span class="who"><strong>{name}</strong><small>{about}</small></span>
            {button}
        </li>
    }
}
