//! How far one has read: unread counts, and how one's devices and others learn of it.

use crate::harness::{Expect, TestServer};
use serde_json::json;
use shared::{ClientMessage, ErrorCode, Read, ReadFrame, ServerMessage, paths};

fn read(message: &ServerMessage) -> Option<ReadFrame> {
    match message {
        ServerMessage::Read(frame) => Some(frame.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn a_read_position_only_grows_and_is_held_at_the_head() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    for n in 1..=5 {
        ada.say(room, &n.to_string()).await;
    }
    let seen = async || {
        let channel = bob.channel(room).await;
        (channel.read_seq.unwrap(), channel.unread.unwrap())
    };
    assert_eq!(seen().await, (0, 5));
    assert_eq!(bob.read(room, 3).await, 3);
    assert_eq!(seen().await, (3, 2));
    assert_eq!(bob.read(room, 1).await, 3, "never back");
    assert_eq!(bob.read(room, 1_000).await, 5, "not past the head");
    assert_eq!(seen().await, (5, 0));
    let of_ada = ada.channel(room).await;
    assert_eq!((of_ada.read_seq, of_ada.unread), (Some(5), Some(0)), "posting is reading");
}

#[tokio::test]
async fn a_read_position_outlives_the_process() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    ada.say(room, "one").await;
    ada.say(room, "two").await;
    assert_eq!(bob.read(room, 1).await, 1);
    server.kill();
    server.start_again().await;
    assert_eq!(bob.channel(room).await.read_seq, Some(1));
    let socket = bob.socket().await;
    let cursor = &socket.welcome.channels[0];
    assert_eq!((cursor.channel_id, cursor.head_seq, cursor.read_seq), (room, 2, 1));
}

#[tokio::test]
async fn reading_on_one_device_is_told_to_the_others_and_to_the_people() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bob = server.user_with_password("bob", "correct horse").await;
    let bobs_phone = bob.log_in("correct horse").await;
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut of_ada = ada.socket().await;
    let mut of_phone = bobs_phone.socket().await;
    let mut of_bob = bob.socket().await;
    ada.say(room, "hi").await;
    of_bob.text().await;
    of_bob
        .send(&ClientMessage::Read(Read { channel_id: Some(room), seq: 1, thread_root: None }))
        .await;
    let by_bob = |message: &ServerMessage| read(message).filter(|r| r.user_id == bob.id());
    let wanted = ReadFrame { channel_id: room, user_id: bob.id(), seq: 1 };
    assert_eq!(of_phone.recv_until(by_bob).await, wanted);
    assert_eq!(of_ada.recv_until(by_bob).await, wanted);
    assert_eq!(bobs_phone.channel(room).await.unread, Some(0));
}

#[tokio::test]
async fn mentions_are_counted_while_unread() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    ada.say(room, "hello all").await;
    let second = ada.say(room, "@bob look").await;
    ada.say(room, "mail me: x@bobby.example").await;
    assert_eq!(bob.channel(room).await.mentions, Some(1));
    bob.read(room, second.seq).await;
    assert_eq!(bob.channel(room).await.mentions, Some(0));
}

#[tokio::test]
async fn who_is_no_member_has_no_read_position() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let hidden = ada.room("tea", &[]).await.channel_id;
    let public = ada.public_room("square", &[]).await.channel_id;
    let body = json!({ "seq": 1 });
    eve.put(&paths::read(hidden)).json(&body).fails(ErrorCode::NotFound).await;
    eve.put(&paths::read(public)).json(&body).fails(ErrorCode::NotFound).await;
    for bad in [json!({ "seq": -1 }), json!({ "seq": "x" }), json!({}), json!({ "seq": 1.5 })] {
        let status = ada.put(&paths::read(hidden)).json(&bad).send().await.unwrap().status();
        assert!([400, 422].contains(&status.as_u16()), "{bad}: {status}");
    }
}
