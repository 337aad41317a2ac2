//! Coming in with an invite.

use crate::harness::browser::Browser;
use crate::harness::{Expect, TestServer};
use serde_json::json;
use shared::api::invites::Invite;
use shared::paths;

#[tokio::test]
async fn who_opens_an_invite_signs_up_with_it_and_a_dead_one_says_so() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let body = json!({ "uses": 1, "channelIds": [room] });
    let invite: Invite = ada.post(paths::INVITES).json(&body).gives(201).await;

    let bob = Browser::open(&server).await;
    bob.go(&invite.url).await;
    bob.see("form#enter").await;
    bob.type_in("form#enter input[name=username]", "bob").await;
    bob.click("form#enter button[type=submit]").await;
    bob.live().await;
    assert_eq!(ada.channel(room).await.user_ids.len(), 2);
    bob.reload().await;
    bob.live().await;
    bob.close().await;

    let late = Browser::open(&server).await;
    late.go(&invite.url).await;
    late.see("form#enter").await;
    late.type_in("form#enter input[name=username]", "late").await;
    late.click("form#enter button[type=submit]").await;
    let told =
        "return document.querySelector('form#enter [role=alert]')?.innerText.includes('invite')";
    late.until("that the invite holds no more", told).await;
    late.close().await;
}
