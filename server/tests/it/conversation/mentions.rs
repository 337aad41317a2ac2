//! Mentions count in a number of their own, the same on every device and after every reconnect.

use crate::harness::{Expect, TestServer};
use shared::{ChannelId, paths};

async fn mentions(who: &crate::harness::TestClient, room: ChannelId) -> u64 {
    who.channel(room).await.mentions.unwrap()
}

#[tokio::test]
async fn a_welcome_tells_how_many_unread_messages_mention_one() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[&bob]).await.channel_id;
    ada.say(room, "hi @bob").await;
    ada.say(room, "nothing").await;
    let last = ada.say(room, "@bob and @bob again").await;
    let socket = bob.socket().await;
    assert_eq!(socket.welcome.channels[0].mentions, 2);
    bob.read(room, last.seq - 1).await;
    assert_eq!(mentions(&bob, room).await, 1);
    let body = serde_json::json!({ "message": "nobody" });
    ada.patch(&paths::message(room, last.message_id)).json(&body).succeeds().await;
    assert_eq!((mentions(&bob, room).await, mentions(&ada, room).await), (0, 0));
}

#[tokio::test]
async fn at_channel_mentions_every_member_once_and_at_here_who_is_online() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let (eve, dan) = (server.user("eve").await, server.user("dan").await);
    let room = ada.room("ops", &[&bob, &eve]).await.channel_id;
    let _of_bob = bob.socket().await;
    let _of_dan = dan.socket().await;
    ada.say(room, "@here: now").await;
    assert_eq!((mentions(&bob, room).await, mentions(&eve, room).await), (1, 0));
    ada.say(room, "@channel and @bob: tomorrow").await;
    assert_eq!((mentions(&bob, room).await, mentions(&eve, room).await), (2, 1));
    assert_eq!(mentions(&ada, room).await, 0, "one's own are read");
    ada.put(&paths::member(room, dan.id())).succeeds().await;
    assert_eq!(mentions(&dan, room).await, 0, "who came later was not meant");
}

#[tokio::test]
async fn who_is_no_member_is_not_mentioned() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("ops", &[]).await.channel_id;
    ada.say(room, "@bob can't hear this").await;
    ada.put(&paths::member(room, bob.id())).succeeds().await;
    assert_eq!(mentions(&bob, room).await, 0);
}
