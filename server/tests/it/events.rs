//! The raw log over REST.

use crate::harness::{Expect, TestServer};
use serde_json::Value;
use shared::api::messages::EventPage;
use shared::{ChannelEvent, limits, paths};

#[tokio::test]
async fn the_log_tells_every_event_once_in_order_without_a_gap() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[]).await.channel_id;
    let id = ada.say(room, "hi").await.message_id;
    ada.edit(room, id, "hi!").await;
    ada.react(room, id, "👍", true).await;
    ada.add(room, &bob).await;
    ada.react(room, id, "👍", false).await;
    ada.unsay(room, id).await;
    let events = bob.events(room, 0).await;
    let seqs: Vec<_> = events.iter().map(ChannelEvent::seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6]);
    let raw: Value = bob.get(&paths::events(room)).gives(200).await;
    let kinds: Vec<_> = raw["events"].as_array().unwrap().iter().map(|e| &e["type"]).collect();
    assert_eq!(kinds, ["message", "edited", "reacted", "member", "reacted", "deleted"]);
    assert_eq!(raw["headSeq"], 6);
}

#[tokio::test]
async fn the_log_is_read_in_pages_from_any_place() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    for n in 1..=7 {
        ada.say(room, &n.to_string()).await;
    }
    let read = async |query: &str| -> Vec<u64> {
        let path = format!("{}?{query}", paths::events(room));
        let page: EventPage = ada.get(&path).gives(200).await;
        assert_eq!(page.head_seq, 7);
        page.events.iter().map(ChannelEvent::seq).collect()
    };
    assert_eq!(read("after=2&limit=3").await, [3, 4, 5]);
    assert_eq!(read("after=5&limit=3").await, [6, 7]);
    assert!(read("after=7").await.is_empty() && read("after=70").await.is_empty());
    assert_eq!(read("").await, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(read("limit=0").await, [1]);
    assert_eq!(read(&format!("limit={}", limits::EVENTS_PAGE_MAX + 1)).await.len(), 7);
    for bad in ["limit=x", "after=x", "after=-3", "after=1&after=2"] {
        let path = format!("{}?{bad}", paths::events(room));
        let status = ada.get(&path).send().await.unwrap().status().as_u16();
        assert!([400, 422].contains(&status), "{bad}: {status}");
    }
}

#[tokio::test]
async fn live_frames_replays_and_the_log_are_the_same_events() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[]).await.channel_id;
    let mut live = ada.socket().await;
    let id = ada.say(room, "**hi**").await.message_id;
    ada.edit(room, id, "_hi!_").await;
    ada.react(room, id, "👍", true).await;
    ada.add(room, &bob).await;
    let log = ada.events(room, 0).await;
    let mut replay = bob.join(room, Some(0)).await;
    for event in log {
        assert_eq!(live.event().await, event);
        assert_eq!(replay.event().await, event);
    }
}
