//! Every text that a message had; and the place of a time in a channel.

use crate::harness::{Expect, TestServer};
use shared::api::messages::{MessagePage, Versions};
use shared::{ErrorCode, paths};

#[tokio::test]
async fn every_text_that_a_message_had_can_be_read_until_it_is_deleted() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[&bob]).await.channel_id;
    let message = ada.say(room, "on monday").await.message_id;
    for text in ["on *tuesday*", "on wednesday"] {
        let body = serde_json::json!({ "message": text });
        ada.patch(&paths::message(room, message)).json(&body).succeeds().await;
    }
    let path = paths::versions(room, message);
    let found: Versions = bob.get(&path).gives(200).await;
    let texts: Vec<_> = found.versions.iter().map(|version| version.message.as_str()).collect();
    assert_eq!(texts, ["on monday", "on *tuesday*", "on wednesday"]);
    assert!(found.versions.is_sorted_by_key(|version| version.at));
    let eve = server.user("eve").await;
    eve.get(&path).fails(ErrorCode::NotFound).await;
    ada.delete(&paths::message(room, message)).succeeds().await;
    let found: Versions = bob.get(&path).gives(200).await;
    assert!(found.versions.is_empty());
}

#[tokio::test]
async fn a_page_can_be_asked_for_by_its_time() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("ops", &[]).await.channel_id;
    let mut sent = Vec::new();
    for n in 0..40 {
        sent.push(ada.say(room, &n.to_string()).await);
        if n == 20 {
            // So that the times differ.
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
    let since = sent[21].sent_at.to_rfc3339();
    let path = format!("{}?limit=6&since={since}", paths::messages(room));
    let page: MessagePage = ada.get(&path).gives(200).await;
    assert!(page.messages.iter().any(|message| message.message == "21"), "{page:?}");
    assert!(page.has_before && page.has_after);
    for (time, text) in [("1999-01-01T00:00:00.000Z", "0"), ("2999-01-01T00:00:00.000Z", "39")] {
        let path = format!("{}?limit=6&since={time}", paths::messages(room));
        let page: MessagePage = ada.get(&path).gives(200).await;
        assert!(page.messages.iter().any(|message| message.message == text), "{time}: {page:?}");
    }
    let path = format!("{}?since=yesterday", paths::messages(room));
    ada.get(&path).fails(ErrorCode::Malformed).await;
}
