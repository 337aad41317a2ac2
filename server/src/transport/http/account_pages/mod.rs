//! One's own account as pages of the server: plain HTML with forms, which run the same actions as
//! REST and lead back to where they stand. Here: the name to show and the password, and what all
//! the pages share. What stands around them is in `frame` and, for all pages of the server, `desk`.

pub mod clients;
pub mod files;
mod frame;
pub mod passkeys;
pub mod reset;
pub mod tokens;
mod words;

use super::desk::{Fields, Notice, Visitor, back, noticed};
use crate::actions::accounts;
use crate::error::{Error, Result};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::account::{Me, UpdateMe};
use shared::limits::DISPLAY_NAME_MAX_CHARS;
use shared::{ErrorCode, paths};

/// To the app, with a cookie set or cleared.
fn home(cookie: &str) -> Response {
    let mut response = back("/", &Fields::default(), "");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

const DONE: &[(&str, &str)] = &[
    ("name", "Your name is saved."),
    ("password", "Your password is set. Every other device and token was logged out."),
];

/// `GET /settings`.
pub async fn show(visitor: Visitor) -> Response {
    let notice = noticed(&visitor.query, DONE);
    page(&visitor, notice, None).await
}

/// `POST /settings`: the name to show, or the password.
pub async fn change(visitor: Visitor, fields: Fields) -> Response {
    let done = if fields.text("act") == "password" { "password" } else { "name" };
    let changed = match asked(done, &fields) {
        Ok(request) => accounts::update_me(&visitor.app, visitor.caller, request).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => back(paths::account::SETTINGS_PAGE, &visitor.query, done),
        Err(error) => {
            let typed = (done == "name").then(|| fields.raw("display-name").to_owned());
            page(&visitor, Some(Notice::Wrong(error)), typed).await
        }
    }
}

fn asked(what: &str, fields: &Fields) -> Result<UpdateMe> {
    if what == "name" {
        let name = Some(fields.text("display-name").to_owned());
        return Ok(UpdateMe { display_name: name, ..Default::default() });
    }
    let password = Some(twice(fields)?.to_owned());
    let current_password = Some(fields.raw("current-password").to_owned());
    Ok(UpdateMe { password, current_password, display_name: None })
}

/// A new password, which is typed blindly and therefore twice.
fn twice(fields: &Fields) -> Result<&str> {
    let password = fields.raw("password");
    if password == fields.raw("password-again") {
        Ok(password)
    } else {
        let why = "the two new passwords are not the same: type them again";
        Err(Error::new(ErrorCode::Invalid, why))
    }
}

async fn page(visitor: &Visitor, notice: Option<Notice>, typed: Option<String>) -> Response {
    let me = match accounts::me(&visitor.app, visitor.caller).await {
        Ok(me) => me,
        Err(error) => return error.into_response(),
    };
    let words = ("Name and password", "How others see you, and how you come in.");
    let content = move || view! { <Name me=me.clone() typed/> <Password me/> };
    frame::draw(visitor, paths::account::SETTINGS_PAGE, words, notice, content)
}

#[component]
fn Name(me: Me, typed: Option<String>) -> impl IntoView {
    let shown = typed.unwrap_or(me.user.display_name);
    view! {
        <section>
            <h2>"Your name"</h2>
            <p>"You log in as " <b>{me.user.username}</b> "; this is what others read."</p>
            <form class="card" method="post" action=paths::account::SETTINGS_PAGE>
                <label class="fieldset">
                    "Name to show"
                    <input
                        type="text"
                        name="display-name"
                        value=shown
                        maxlength=DISPLAY_NAME_MAX_CHARS.to_string()
                        autocomplete="name"
                        required
                    />
                </label>
                <button class="primary" name="act" value="name">"Save"</button>
            </form>
        </section>
    }
}

#[component]
fn Password(me: Me) -> impl IntoView {
    let has = me.has_password;
    let (title, note, button) = if has {
        (
            "Password",
            "With a new password, every other device and every token of yours is logged out.",
            "Change password",
        )
    } else {
        (
            "No password yet",
            "Without one, this account lives on the devices where you are logged in now. Set one \
             to come back from any other.",
            "Set password",
        )
    };
    let current =
        has.then(|| frame::secret("Current password", "current-password", "current-password"));
    view! {
        <section>
            <h2>{title}</h2>
            <p>{note}</p>
            <form class="card" method="post" action=paths::account::SETTINGS_PAGE>
                {frame::whose(me.user.username)}
                {current}
                {frame::secret("New password", "password", "new-password")}
                {frame::secret("New password again", "password-again", "new-password")}
                <small>"8 characters or more. A few words are easier to remember than signs."</small>
                <button class="primary" name="act" value="password">{button}</button>
            </form>
        </section>
    }
}
