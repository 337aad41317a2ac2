//! Sending and receiving: the smallest client, `welcome`, `ack` and `rejected`, order.

use crate::harness::{Expect, TestServer, everyone, said};
use serde_json::Value;
use shared::{
    ChannelEvent, ClientMessage, Delete, Edit, ErrorCode, MessageId, React, Send, ServerMessage,
    paths,
};

fn is_event(message: &ServerMessage) -> bool {
    message.clone().into_event().is_ok()
}

#[tokio::test]
async fn the_smallest_client_works() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut of_ada = ada.join(room, None).await;
    let mut of_bob = bob.join(room, None).await;
    of_ada.send_text(r#"{"type":"message","message":"hi"}"#).await;
    for socket in [&mut of_ada, &mut of_bob] {
        let event = socket.event().await;
        let json: Value = serde_json::from_str(&ServerMessage::from(event).to_json()).unwrap();
        assert_eq!((&json["type"], &json["message"]), (&"message".into(), &"hi".into()));
        assert_eq!(json["channelId"], room.to_string());
        assert_eq!((&json["seq"], &json["userId"]), (&1.into(), &ada.id().to_string().into()));
    }
}

#[tokio::test]
async fn welcome_tells_who_one_is_and_where_the_channels_stand() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let other = ada.room("other", &[&bob]).await.channel_id;
    for n in 1..=4 {
        ada.say(room, &n.to_string()).await;
    }
    bob.read(room, 3).await;
    let all = bob.socket().await.welcome;
    assert_eq!((all.user_id, all.client_id), (bob.id(), bob.client_id()));
    assert_eq!(all.heartbeat_seconds, shared::limits::HEARTBEAT_SECONDS);
    assert!(!all.epoch.is_empty());
    let mut seen: Vec<_> =
        all.channels.iter().map(|c| (c.channel_id, c.head_seq, c.read_seq)).collect();
    seen.sort_unstable();
    let mut wanted = vec![(room, 4, 3), (other, 0, 0)];
    wanted.sort_unstable();
    assert_eq!(seen, wanted);
    let one = bob.join(room, None).await.welcome;
    let seen: Vec<_> =
        one.channels.iter().map(|c| (c.channel_id, c.head_seq, c.read_seq)).collect();
    assert_eq!(seen, [(room, 4, 3)]);
    assert_eq!(one.epoch, all.epoch);
}

#[tokio::test]
async fn an_acknowledged_message_is_in_the_history_even_after_a_kill() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    let ack = socket.say(room, "n-1", "keep this").await;
    assert_eq!((ack.channel_id, ack.seq, ack.duplicate), (room, 1, false));
    server.kill();
    server.start_again().await;
    let history = ada.history(room).await;
    assert_eq!(history[0].message_id, ack.message_id);
    assert_eq!(history[0].message, "keep this");
}

#[tokio::test]
async fn the_sender_gets_its_own_message_and_knows_it_by_the_nonce() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    let ack = socket.say(room, "my-nonce", "hi").await;
    let said = match socket.log.iter().find(|m| is_event(m)).cloned() {
        Some(message) => message.into_event().unwrap(),
        None => socket.event().await,
    };
    let ChannelEvent::Message(message) = said else { panic!("{said:?}") };
    assert_eq!((message.nonce.as_str(), message.message_id), ("my-nonce", ack.message_id));
}

#[tokio::test]
async fn a_repeated_nonce_gives_the_original_ack_on_every_socket_and_after_a_kill() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let other = ada.room("other", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    let first = socket.say(room, "n", "once").await;
    let again = socket.say(room, "n", "once").await;
    assert_eq!((again.duplicate, again.seq, again.message_id), (true, 1, first.message_id));
    let elsewhere = ada.join(other, None).await.say(other, "n", "once").await;
    assert_eq!((elsewhere.duplicate, elsewhere.channel_id), (true, room));
    server.kill();
    server.start_again().await;
    let mut socket = ada.socket().await;
    let after = socket.say(room, "n", "different text").await;
    assert_eq!((after.duplicate, after.seq, after.message_id), (true, 1, first.message_id));
    let by_rest: shared::ChatMessage = ada
        .post(&paths::messages(room))
        .json(&serde_json::json!({ "message": "x", "nonce": "n" }))
        .gives(200)
        .await;
    assert_eq!(by_rest.message_id, first.message_id);
    let heard = socket.until_pong().await;
    assert!(!heard.iter().any(is_event), "a repeat is delivered to nobody: {heard:?}");
    assert_eq!((ada.history(room).await.len(), ada.history(other).await.len()), (1, 0));
}

#[tokio::test]
async fn a_message_can_be_edited_deleted_and_reacted_to_over_the_socket() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = ada.join(room, None).await;
    let mut of_bob = bob.socket().await;
    let id = socket.say(room, "1", "teh").await.message_id;
    let nonce = |n: u64| Some(n.to_string());
    let edit = Edit { channel_id: None, message_id: id, nonce: nonce(2), message: "the".into() };
    socket.send(&ClientMessage::Edit(edit)).await;
    let ack = socket.ack("2").await;
    assert_eq!((ack.seq, ack.message_id), (2, id));
    let react = |on: bool, n: u64| {
        let (channel_id, emoji) = (None, "👍".to_owned());
        ClientMessage::React(React { channel_id, message_id: id, emoji, on, nonce: nonce(n) })
    };
    socket.send(&react(true, 3)).await;
    assert_eq!(socket.ack("3").await.seq, 3);
    socket.send(&react(false, 4)).await;
    assert_eq!(socket.ack("4").await.seq, 4);
    let delete = Delete { channel_id: None, message_id: id, nonce: nonce(5) };
    socket.send(&ClientMessage::Delete(delete.clone())).await;
    assert_eq!(socket.ack("5").await.seq, 5);
    socket.send(&ClientMessage::Delete(delete)).await;
    let again = socket.ack("5").await;
    assert_eq!((again.seq, again.duplicate), (5, true));

    let mut kinds = Vec::new();
    for _ in 0..5 {
        kinds.push(ServerMessage::from(of_bob.event().await).kind());
    }
    assert_eq!(kinds, ["message", "edited", "reacted", "reacted", "deleted"]);
}

#[tokio::test]
async fn a_reaction_without_a_nonce_is_only_delivered() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.join(room, None).await;
    let id = socket.say(room, "1", "hi").await.message_id;
    let react =
        React { channel_id: None, message_id: id, emoji: "👍".into(), on: true, nonce: None };
    socket.send(&ClientMessage::React(react)).await;
    socket.recv_until(|message| matches!(message, ServerMessage::Reacted(_)).then_some(())).await;
    let acks = socket.log.iter().filter(|m| matches!(m, ServerMessage::Ack(_))).count();
    socket.until_pong().await;
    assert_eq!(acks, 1);
    assert_eq!(socket.log.iter().filter(|m| matches!(m, ServerMessage::Ack(_))).count(), 1);
}

#[tokio::test]
async fn what_may_not_be_done_is_rejected_with_its_nonce_and_nothing_changes() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    let hidden = eve.room("hidden", &[]).await.channel_id;
    let id = ada.say(room, "mine").await.message_id;
    let mut socket = bob.socket().await;
    let nobody = MessageId(crate::harness::unknown_id());
    let n = |n: &str| Some(n.to_owned());
    let edit = |id, nonce: &str| {
        let (channel_id, message) = (Some(room), "x".to_owned());
        ClientMessage::Edit(Edit { channel_id, message_id: id, nonce: n(nonce), message })
    };
    let delete = |id, nonce: &str| {
        ClientMessage::Delete(Delete { channel_id: Some(room), message_id: id, nonce: n(nonce) })
    };
    let react = |emoji: &str, id, nonce: &str| {
        let (channel_id, emoji) = (Some(room), emoji.to_owned());
        ClientMessage::React(React { channel_id, message_id: id, emoji, on: true, nonce: n(nonce) })
    };
    let nowhere = Send { nonce: n("h"), message: "x".into(), ..Send::default() };
    for (frame, nonce, codes) in [
        (edit(id, "a"), "a", &[ErrorCode::Forbidden][..]),
        (delete(id, "b"), "b", &[ErrorCode::Forbidden]),
        (edit(nobody, "c"), "c", &[ErrorCode::NotFound]),
        (delete(nobody, "d"), "d", &[ErrorCode::NotFound]),
        (react("👍", nobody, "e"), "e", &[ErrorCode::NotFound]),
        (react("nice", id, "f"), "f", &[ErrorCode::Invalid]),
        (said(hidden, "g", "let me in"), "g", &[ErrorCode::NotFound]),
        (ClientMessage::Message(nowhere), "h", &[ErrorCode::Invalid, ErrorCode::Malformed]),
        (said(room, "i", " "), "i", &[ErrorCode::Invalid]),
        (said(room, "j", &"x".repeat(65_537)), "j", &[ErrorCode::Invalid, ErrorCode::TooLarge]),
        (said(room, "k k", "bad nonce"), "k k", &[ErrorCode::Invalid]),
    ] {
        socket.send(&frame).await;
        let rejected = socket.rejected().await;
        assert_eq!(rejected.nonce.as_deref(), Some(nonce), "{rejected:?}");
        assert!(codes.contains(&rejected.code), "{rejected:?}");
        assert!(!rejected.message.is_empty());
    }
    socket.say(room, "z", "still open").await;
    assert_eq!(bob.channel(room).await.head_seq, 2);
    assert_eq!(eve.channel(hidden).await.head_seq, 0);
}

#[tokio::test]
async fn a_rejected_nonce_can_be_used_again() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    socket.send(&said(room, "n", "")).await;
    assert_eq!(socket.rejected().await.code, ErrorCode::Invalid);
    let ack = socket.say(room, "n", "better").await;
    assert_eq!((ack.seq, ack.duplicate), (1, false));
}

#[tokio::test]
async fn everyone_sees_one_order_and_it_is_the_history_s() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 6).await;
    let others: Vec<_> = people[1..].iter().collect();
    let room = people[0].room("tea", &others).await.channel_id;
    let mut watchers = Vec::new();
    for person in &people {
        watchers.push(person.join(room, None).await);
    }
    const EACH: usize = 60;
    let writing: Vec<_> = people
        .iter()
        .cloned()
        .map(|person| {
            tokio::spawn(async move {
                let mut socket = person.socket().await;
                for n in 0..EACH {
                    let nonce = format!("{}-{n}", person.name());
                    socket.send(&said(room, &nonce, &nonce)).await;
                }
                for n in 0..EACH {
                    socket.ack(&format!("{}-{n}", person.name())).await;
                }
            })
        })
        .collect();
    let mut orders = Vec::new();
    for socket in &mut watchers {
        let mut order = Vec::new();
        for _ in 0..EACH * people.len() {
            order.push(socket.event().await);
        }
        orders.push(order);
    }
    for task in writing {
        task.await.unwrap();
    }
    let history = people[0].events(room, 0).await;
    for order in orders {
        assert_eq!(order, history);
    }
    // What one sender sent on one socket stands in the order in which it was sent.
    for person in &people {
        let mine = history.iter().filter_map(|event| match event {
            ChannelEvent::Message(m) if m.user_id == person.id() => Some(m.nonce.clone()),
            _ => None,
        });
        let wanted: Vec<_> = (0..EACH).map(|n| format!("{}-{n}", person.name())).collect();
        assert_eq!(mine.collect::<Vec<_>>(), wanted);
    }
}

#[tokio::test]
async fn rest_and_sockets_are_two_doors_to_one_room() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut all = ada.socket().await;
    let mut one = ada.join(room, None).await;
    ada.say(room, "by rest").await;
    all.say(room, "1", "by the socket of all").await;
    one.say(room, "2", "by the socket of one").await;
    let wanted = ["by rest", "by the socket of all", "by the socket of one"];
    let history: Vec<_> = ada.history(room).await.into_iter().map(|m| m.message).collect();
    assert_eq!(history, wanted);
    for socket in [&mut all, &mut one] {
        socket.until_pong().await;
        let heard: Vec<_> = socket
            .log
            .iter()
            .filter_map(|m| match m {
                ServerMessage::Message(m) => Some(m.message.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(heard, wanted, "each of several sockets of a client hears all, once");
    }
}

#[tokio::test]
async fn joining_a_public_channel_by_its_socket_makes_one_a_member() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.public_room("tea", &[]).await.channel_id;
    let mut socket = bob.join(room, None).await;
    assert_eq!(ada.channel(room).await.user_ids, [ada.id(), bob.id()]);
    socket.say(room, "1", "hello").await;
    assert_eq!(bob.channels().await.len(), 1);
    drop(bob.join(room, None).await);
    assert_eq!(ada.channel(room).await.head_seq, 2, "joining again is no event");
}

#[tokio::test]
async fn a_socket_of_one_channel_speaks_of_that_channel_alone() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (room, other) = (ada.room("a", &[]).await.channel_id, ada.room("b", &[]).await.channel_id);
    let mut socket = ada.join(room, None).await;
    ada.say(other, "elsewhere").await;
    ada.say(room, "here").await;
    assert_eq!(socket.text().await, "here");
    socket.send(&said(other, "n", "from the wrong door")).await;
    let rejected = socket.rejected().await;
    assert_eq!(rejected.nonce.as_deref(), Some("n"));
    assert_eq!(ada.history(other).await.len(), 1);
}
