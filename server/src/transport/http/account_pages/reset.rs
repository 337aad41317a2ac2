//! Where a one-time link to a new password leads: choosing it. Looking at the page uses nothing up.

use super::frame::{self, Door};
use super::{home, twice};
use crate::actions::resets;
use crate::app::AppHandle;
use crate::error::Error;
use crate::transport::Peer;
use crate::transport::http::accounts::device;
use crate::transport::http::credentials::cookie;
use crate::transport::http::desk::Fields;
use crate::transport::http::extract::Path;
use crate::transport::http::session::NotForeign;
use axum::extract::State;
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use leptos::prelude::*;
use shared::api::resets::UseReset;
use shared::{ErrorCode, paths};

/// `GET /reset/{code}`.
pub async fn show(State(app): State<AppHandle>, Path(code): Path<String>) -> Response {
    page(&app, &code, None).await
}

/// `POST /reset/{code}`: sets the password and logs in.
pub async fn redeem(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
    Path(code): Path<String>,
    _: NotForeign,
    fields: Fields,
) -> Response {
    let used = match twice(&fields) {
        Ok(password) => {
            let request = UseReset { code: code.clone(), password: password.to_owned() };
            resets::redeem(&app, peer.ip(), device(&headers), request).await
        }
        Err(error) => Err(error),
    };
    match used {
        Ok(session) => quiet(home(&cookie(&session.token, app.secure_cookies))),
        Err(error) => page(&app, &code, Some(error)).await,
    }
}

async fn page(app: &AppHandle, code: &str, wrong: Option<Error>) -> Response {
    let door = |title, wrong, status| Door { title, wrong, status, script: false };
    match resets::whose(app, code).await {
        Ok(username) => {
            let action = paths::reset_page(code);
            let door = door("A new password", wrong, 200);
            quiet(door.draw(|| view! { <Choose username action/> }))
        }
        Err(error) if error.code == ErrorCode::NotFound => {
            quiet(door("This link is over", None, 404).draw(|| view! { <Over/> }))
        }
        Err(error) => {
            let again = || view! { <p class="lead">"Load this page again in a moment."</p> };
            quiet(door("A new password", Some(error), 503).draw(again))
        }
    }
}

/// The code is in the address: no address of this page goes along to others, nor to this server.
/// (With `no-referrer`, browsers would not tell where the form comes from, either, and it would be
/// refused as foreign.)
fn quiet(mut response: Response) -> Response {
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}

#[component]
fn Choose(username: String, action: String) -> impl IntoView {
    view! {
        <p class="lead">
            "For " <b>{username.clone()}</b> ". It logs you in here, and out everywhere else."
        </p>
        <form method="post" action=action>
            {frame::whose(username)}
            {frame::secret("New password", "password", "new-password")}
            {frame::secret("New password again", "password-again", "new-password")}
            <small>
                "8 characters or more. Passkeys that this account has are removed: add yours again \
                 afterwards."
            </small>
            <button class="primary">"Set it and log in"</button>
        </form>
    }
}

#[component]
fn Over() -> impl IntoView {
    view! {
        <p class="lead">
            "It was used already, it is older than a day, or a newer one was made. Ask whoever \
             gave it to you for another."
        </p>
        <a class="primary" href="/">"Back to Hubbub"</a>
    }
}
