//! The page of one's devices: where one is logged in, and ending one of them or all. Tokens of the
//! API are clients, too, and have a page of their own.

use super::{frame, home, words};
use crate::actions::{accounts, passkeys};
use crate::error::{Error, Result};
use crate::transport::http::credentials::cleared_cookie;
use crate::transport::http::desk::{Fields, Notice, Visitor, back, noticed};
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::{ClientId, ClientInfo, Timestamp, paths};

const DONE: &[(&str, &str)] =
    &[("one", "That device is logged out."), ("others", "You are logged out everywhere but here.")];

/// `GET /settings/clients`.
pub async fn show(visitor: Visitor) -> Response {
    let notice = noticed(&visitor.query, DONE);
    page(&visitor, notice).await
}

/// `POST /settings/clients`: end one, all others, or all.
pub async fn end(visitor: Visitor, fields: Fields) -> Response {
    let (app, caller) = (&visitor.app, visitor.caller);
    let (ended, done, here) = match fields.text("end") {
        "all" => (accounts::revoke_all(app, caller, false).await, "all", true),
        "others" => (accounts::revoke_all(app, caller, true).await, "others", false),
        one => match one.parse::<ClientId>() {
            Ok(one) => (accounts::revoke(app, caller, one).await, "one", one == caller.client_id),
            Err(_) => (Err(Error::not_found("device")), "one", false),
        },
    };
    match ended {
        Ok(()) if here => home(&cleared_cookie(app.secure_cookies)),
        Ok(()) => back(paths::account::CLIENTS_PAGE, &visitor.query, done),
        Err(error) => page(&visitor, Some(Notice::Wrong(error))).await,
    }
}

/// What the page shows.
struct Shown {
    clients: Vec<ClientInfo>,
    /// Whether one could come back after logging out everywhere.
    comes_back: bool,
    now: Timestamp,
}

async fn find(visitor: &Visitor) -> Result<Shown> {
    let (app, caller) = (&visitor.app, visitor.caller);
    let clients = accounts::clients(app, caller).await?.clients;
    let comes_back = accounts::me(app, caller).await?.has_password
        || !passkeys::list(app, caller).await?.passkeys.is_empty();
    Ok(Shown { clients, comes_back, now: app.clock.now() })
}

async fn page(visitor: &Visitor, notice: Option<Notice>) -> Response {
    let Shown { clients, comes_back, now } = match find(visitor).await {
        Ok(shown) => shown,
        Err(error) => return error.into_response(),
    };
    let content = move || {
        let several = clients.len() > 1;
        let entries: Vec<_> =
            clients.into_iter().map(|client| view! { <Entry client now/> }).collect();
        view! {
            <form method="post" action=paths::account::CLIENTS_PAGE>
                <ul class="list">{entries}</ul>
            </form>
            <Everywhere several comes_back/>
        }
    };
    let words = ("Devices", "Where you are logged in. Who has one of them is you, to this server.");
    frame::draw(visitor, paths::account::CLIENTS_PAGE, words, notice, content)
}

#[component]
fn Entry(client: ClientInfo, now: Timestamp) -> impl IntoView {
    let icon = if words::in_the_hand(&client.device) { frame::PHONE } else { frame::DEVICE };
    let name = words::device(&client.device);
    let label = format!("Log out {name}");
    let used = if client.current {
        view! { <b class="here">"This device"</b> }.into_any()
    } else {
        view! { "Last used " {frame::when(now, client.last_used_at)} }.into_any()
    };
    let end = (!client.current).then(|| {
        let id = client.client_id.to_string();
        view! {
            <button class="quiet small" name="end" value=id aria-label=label>"Log out"</button>
        }
    });
    let about = view! { {used} " \u{b7} logged in " {frame::when(now, client.created_at)} };
    frame::entry(icon, name, about, end)
}

#[component]
fn Everywhere(several: bool, comes_back: bool) -> impl IntoView {
    let others = several.then(|| {
        view! { <button class="soft" name="end" value="others">"Log out everywhere else"</button> }
    });
    let all = comes_back.then(|| {
        view! { <button class="quiet danger" name="end" value="all">"Log out everywhere"</button> }
    });
    let note = if comes_back {
        "Lost a device, or left one open somewhere? Tokens of the API end with the devices."
    } else {
        "You have no password and no passkey yet: logged out of this device, too, nobody could \
         come back to this account."
    };
    let way = (!comes_back)
        .then(|| view! { <a class="soft" href=paths::account::SETTINGS_PAGE>"Set a password"</a> });
    view! {
        <section>
            <h2>"All at once"</h2>
            <p>{note}</p>
            <form class="buttons" method="post" action=paths::account::CLIENTS_PAGE>{others}{all}{way}</form>
        </section>
    }
}
