//! The page in a real Chromium, end to end: the real program, the page as Trunk built it, one
//! browser and one profile per person.

mod access;
mod account;
mod addresses;
mod attaching;
mod composing;
mod desk;
mod history;
mod hostile;
mod invites;
mod keyboard;
mod looks;
mod messages;
mod outbox;
mod panes;
mod sessions;
mod talking;
mod threads;
mod writing;

use crate::harness::browser::Browser;
use crate::harness::{Expect, TestClient, TestServer};
use shared::api::account::Users;
use shared::{ChannelId, ChannelInfo, UserId, paths};

/// The id of the user of this name.
async fn user_called(name: &str, by: &TestClient) -> UserId {
    let found: Users = by.get(&format!("{}?query={name}", paths::USERS)).gives(200).await;
    found.users.iter().find(|user| user.username == name).expect("a user of that name").user_id
}

/// Ada in a browser, with a room open that a script has created and is in.
async fn ada_and_a_script(server: &TestServer) -> (Browser, TestClient, ChannelId) {
    let script = server.user("script").await;
    let ada = Browser::open(server).await;
    ada.sign_up("ada", "correct horse").await;
    let body = serde_json::json!({ "userIds": [user_called("ada", &script).await], "name": "tea" });
    let room: ChannelInfo = script.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    ada.enter(&room.channel_id.to_string()).await;
    (ada, script, room.channel_id)
}

/// Ada's other device: a browser of its own, logged in as her.
async fn adas_other_device(server: &TestServer) -> Browser {
    let other = Browser::open(server).await;
    other.see("form#enter").await;
    other.click("#enter-switch").await;
    other.type_in("form#enter input[name=username]", "ada").await;
    other.type_in("form#enter input[name=password]", "correct horse").await;
    other.click("form#enter button[type=submit]").await;
    other.live().await;
    other
}

/// Makes the browser's connection one that can be cut: see [`cut`].
async fn can_be_cut(browser: &Browser) {
    let source = "const Real = WebSocket; window.sockets = []; \
        window.WebSocket = class extends Real { \
            constructor(url) { \
                super(window.isCut ? url.replace('?', '/nowhere?') : url); \
                window.sockets.push(this); } };";
    let script = serde_json::json!({ "source": source });
    browser.chromium("Page.addScriptToEvaluateOnNewDocument", script).await;
    browser.reload().await;
    browser.live().await;
}

/// Cuts the connection, so that nothing comes until it is mended.
async fn cut(browser: &Browser) {
    let script = "window.isCut = true; window.sockets.at(-1).close(); return true";
    browser.js(script, vec![]).await;
    let lost = "return document.querySelector('[data-connection]').dataset.connection !== 'live'";
    browser.until("the page to notice", lost).await;
}

/// Lets the page connect again.
async fn mend(browser: &Browser) {
    browser.js("window.isCut = false; dispatchEvent(new Event('online'))", vec![]).await;
    browser.live().await;
}
