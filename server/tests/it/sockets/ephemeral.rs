//! What is not stored: typing, presence, pings.

use crate::harness::{RawFrame, RawSocket, TestServer};
use shared::{ClientMessage, PresenceFrame, ServerMessage, Typing, TypingFrame, paths};

fn typing(message: &ServerMessage) -> Option<TypingFrame> {
    match message {
        ServerMessage::Typing(frame) => Some(frame.clone()),
        _ => None,
    }
}

fn presence(message: &ServerMessage) -> Option<PresenceFrame> {
    match message {
        ServerMessage::Presence(frame) => Some(frame.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn typing_is_told_to_the_others_and_not_to_oneself_or_strangers() {
    let server = TestServer::start().await;
    let (ada, bob, eve) =
        (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut of_bob = bob.socket().await;
    let mut of_eve = eve.socket().await;
    let mut of_ada = ada.join(room, None).await;
    of_ada.send(&ClientMessage::Typing(Typing { channel_id: None })).await;
    let told = of_bob.recv_until(typing).await;
    assert_eq!(told, TypingFrame { channel_id: room, user_id: ada.id() });
    assert!(of_ada.until_pong().await.iter().all(|message| typing(message).is_none()));
    assert!(of_eve.until_pong().await.iter().all(|message| typing(message).is_none()));
    let none = ClientMessage::Typing(Typing { channel_id: Some(room) });
    of_eve.send(&none).await;
    of_eve.until_pong().await;
    ada.say(room, "barrier").await;
    assert_eq!(of_bob.text().await, "barrier");
    let by_eve = |m: &&ServerMessage| typing(m).is_some_and(|t| t.user_id == eve.id());
    assert_eq!(of_bob.log.iter().filter(by_eve).count(), 0);
    assert_eq!(ada.channel(room).await.head_seq, 1, "typing takes no seq");
}

#[tokio::test]
async fn typing_fast_is_not_passed_on_each_time() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut of_bob = bob.socket().await;
    let mut of_ada = ada.join(room, None).await;
    for _ in 0..50 {
        of_ada.send(&ClientMessage::Typing(Typing { channel_id: None })).await;
    }
    of_ada.until_pong().await;
    ada.say(room, "done").await;
    of_bob.text().await;
    let told = of_bob.log.iter().filter(|message| typing(message).is_some()).count();
    assert!((1..50).contains(&told), "{told} of 50");
}

#[tokio::test]
async fn presence_follows_a_users_first_and_last_socket() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    ada.room("tea", &[&bob]).await;
    let mut of_ada = ada.socket().await;
    let about_bob = |message: &ServerMessage| {
        presence(message).filter(|frame| frame.user_id == bob.id()).map(|frame| frame.online)
    };
    let first = bob.socket().await;
    assert!(of_ada.recv_until(about_bob).await);
    let second = bob.socket().await;
    first.close().await;
    second.close().await;
    assert!(!of_ada.recv_until(about_bob).await);
    let told = of_ada.log.iter().filter_map(about_bob).collect::<Vec<_>>();
    assert_eq!(told, [true, false], "only the first and the last socket count");
}

#[tokio::test]
async fn a_socket_cut_without_goodbye_ends_the_presence_too() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    ada.room("tea", &[&bob]).await;
    let mut of_ada = ada.socket().await;
    let socket = bob.socket().await;
    let about_bob =
        |m: &ServerMessage| presence(m).filter(|p| p.user_id == bob.id()).map(|p| p.online);
    assert!(of_ada.recv_until(about_bob).await);
    socket.cut();
    assert!(!of_ada.recv_until(about_bob).await);
}

#[tokio::test]
async fn a_ping_is_answered_with_its_number() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut socket = ada.socket().await;
    for (said, at) in [
        (r#"{"type":"ping","at":17}"#, 17),
        (r#"{"type":"ping","at":-9223372036854775808}"#, i64::MIN),
        (r#"{"type":"ping"}"#, 0),
    ] {
        socket.send_text(said).await;
        let pong = socket
            .recv_until(|message| match message {
                ServerMessage::Pong(pong) => Some(pong.at),
                _ => None,
            })
            .await;
        assert_eq!(pong, at);
    }
}

#[tokio::test]
async fn a_websocket_ping_is_answered_by_a_pong_with_its_payload() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut socket = RawSocket::open(&server, &ada, &paths::ws(ada.client_id())).await;
    for payload in [&b""[..], b"are you there?", &[0xff; 125]] {
        socket.frame(0x89, payload).await;
        assert_eq!(socket.next_of_mine().await, RawFrame::Pong(payload.to_vec()));
    }
}

/// Asking to be caught up is no way to listen at the door.
#[tokio::test]
async fn who_is_no_member_and_resumes_hears_nothing_of_the_channel() {
    const ROUNDS: u64 = 30;
    const AT_ONCE: u64 = 20;
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let room = ada.room("tea", &[]).await.channel_id;
    let mut inside = ada.socket().await;
    let mut outside = eve.socket().await;
    for round in 0..ROUNDS {
        for n in 1..=AT_ONCE {
            let cursors = std::collections::BTreeMap::from([(room, 0)]);
            outside.send(&ClientMessage::Resume(shared::Resume { cursors })).await;
            let seq = round * AT_ONCE + n;
            inside.send(&crate::harness::said(room, &seq.to_string(), "x")).await;
            let read = shared::Read { channel_id: Some(room), seq, thread_root: None };
            inside.send(&ClientMessage::Read(read)).await;
        }
        inside.until_pong().await;
    }
    outside.until_pong().await;
    for message in &outside.log {
        let of_the_room = match message {
            ServerMessage::Read(read) => read.channel_id == room,
            ServerMessage::Typing(typing) => typing.channel_id == room,
            ServerMessage::Channel(frame) => frame.channel.is_some(),
            other => other.clone().into_event().is_ok(),
        };
        assert!(!of_the_room, "{}", message.to_json());
    }
}
