//! The page in a real Chromium, end to end: the real program, the page as Trunk built it, one
//! browser and one profile per person.

mod access;
mod addresses;
mod attaching;
mod composing;
mod history;
mod keyboard;
mod looks;
mod outbox;
mod sessions;
mod talking;
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
