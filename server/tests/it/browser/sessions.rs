//! Coming in, being kept in, and going out.

use super::user_called;
use crate::harness::browser::Browser;
use crate::harness::{Expect, TestServer};
use serde_json::json;
use shared::paths;

#[tokio::test]
async fn the_entrance_tells_what_is_wrong_and_keeps_what_was_typed() {
    let server = TestServer::start().await;
    let bob = server.user_with_password("bob", "correct horse").await;
    let ada = Browser::open(&server).await;
    ada.type_in("form#enter input[name=username]", "BOB").await;
    ada.click("form#enter button[type=submit]").await;
    let taken =
        "return document.querySelector('form#enter [role=alert]')?.innerText.includes('taken')";
    ada.until("that the name is taken", taken).await;
    let typed = "return document.querySelector('form#enter input[name=username]').value";
    assert_eq!(ada.js(typed, vec![]).await, json!("BOB"));

    ada.click("#enter-switch").await;
    ada.type_in("form#enter input[name=password]", "wrong horse").await;
    ada.click("form#enter button[type=submit]").await;
    let wrong =
        "return document.querySelector('form#enter [role=alert]')?.innerText.includes('Wrong')";
    ada.until("that name or password is wrong", wrong).await;
    ada.js("document.querySelector('form#enter input[name=password]').value = ''", vec![]).await;
    ada.type_in("form#enter input[name=password]", "correct horse").await;
    ada.click("form#enter button[type=submit]").await;
    ada.live().await;
    let list: shared::api::account::Clients = bob.get(paths::CLIENTS).gives(200).await;
    assert_eq!(list.clients.len(), 2);
    ada.close().await;
}

#[tokio::test]
async fn the_list_of_clients_ends_another_and_logging_out_ends_this_one() {
    let server = TestServer::start().await;
    let ada = Browser::open(&server).await;
    ada.sign_up("ada", "correct horse").await;
    let script = server.user("script").await;
    assert_eq!(user_called("ada", &script).await.to_string().len(), 36);
    let body = json!({ "username": "ada", "password": "correct horse", "device": "a script" });
    let session = server.stranger().post(paths::LOGIN).json(&body).gives(200).await;
    let other = server.stranger().with(session);
    let mut socket = other.socket().await;

    ada.click("#settings").await;
    let entry = format!("dialog#settings [data-client-id=\"{}\"]", other.client_id());
    ada.click(&format!("{entry} button[data-action=revoke]")).await;
    ada.until("it to be gone", &format!("return !document.querySelector('{entry}')")).await;
    let code = shared::close_code::NOT_LOGGED_IN;
    assert_eq!(socket.closed().await, crate::harness::Closed::Code(code));

    ada.click("#log-out").await;
    ada.see("form#enter").await;
    ada.reload().await;
    ada.see("form#enter").await;
    ada.close().await;
}

#[tokio::test]
async fn who_is_revoked_from_elsewhere_is_shown_the_entrance() {
    let server = TestServer::start().await;
    let ada = Browser::open(&server).await;
    ada.sign_up("ada", "correct horse").await;
    let body = json!({ "username": "ada", "password": "correct horse" });
    let session = server.stranger().post(paths::LOGIN).json(&body).gives(200).await;
    let other = server.stranger().with(session);
    let list: shared::api::account::Clients = other.get(paths::CLIENTS).gives(200).await;
    let browser = list.clients.iter().find(|client| !client.current).unwrap().client_id;
    other.delete(&paths::client(browser)).succeeds().await;
    ada.see("form#enter").await;
    ada.close().await;
}
