//! A reader that stops reading is cut with 4008 and resumes without loss; the others never wait.

use crate::harness::{Closed, RawFrame, RawSocket, TestServer, TestSocket, said};
use shared::{ChannelEvent, ChannelId, ServerMessage, close_code, limits, paths};

/// Sends this many messages of 32 KiB and waits for each ack, `AHEAD` in flight.
async fn flood(writer: &mut TestSocket, room: ChannelId, count: usize) {
    const AHEAD: usize = 16;
    let text = "x".repeat(32 * 1024);
    for n in 0..count + AHEAD {
        if n < count {
            writer.send(&said(room, &format!("flood-{n}"), &text)).await;
        }
        if n >= AHEAD {
            writer.ack(&format!("flood-{}", n - AHEAD)).await;
        }
        writer.log.clear();
    }
}

#[tokio::test]
async fn a_slow_reader_is_cut_and_the_others_go_on() {
    cut_and_caught_up(&TestServer::start().await).await;
}

/// One reader stops, is cut, and resumes; another misses nothing meanwhile.
pub(crate) async fn cut_and_caught_up(server: &TestServer) {
    let (ada, bob, eve) =
        (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let room = ada.room("tea", &[&bob, &eve]).await.channel_id;
    let path = paths::ws_join_channel(room, bob.client_id(), Some(0));
    let mut slow = RawSocket::open(server, &bob, &path).await;
    let mut brisk = eve.join(room, None).await;

    // More than the egress queue and both kernels' buffers hold together.
    let count = limits::EGRESS_MAX_BYTES / (32 * 1024) + 640;
    let reading = tokio::spawn(async move {
        for seq in 1..=count as u64 {
            assert_eq!(brisk.event().await.seq(), seq, "the brisk reader misses nothing");
            brisk.log.clear();
        }
    });
    let mut writer = ada.socket().await;
    flood(&mut writer, room, count).await;
    reading.await.unwrap();

    let (said, last) = slow.until_closed().await;
    assert_eq!(last, RawFrame::Close(close_code::TOO_SLOW));
    let mut held = 0;
    for event in said.into_iter().filter_map(|message| message.into_event().ok()) {
        assert_eq!(event.seq(), held + 1, "no durable frame is skipped on a live socket");
        held = event.seq();
    }
    assert!(held > 0 && held < count as u64, "cut in the middle: {held} of {count}");
    let mut cursor = held;
    let mut again = bob.join(room, Some(held)).await;
    while cursor < count as u64 {
        let event = again.event().await;
        if event.seq() > cursor {
            assert_eq!(event.seq(), cursor + 1);
            cursor = event.seq();
        }
        again.log.clear();
    }
}

#[tokio::test]
async fn a_reader_that_is_only_a_little_late_keeps_its_socket() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut late = bob.join(room, None).await;
    let mut writer = ada.socket().await;
    flood(&mut writer, room, 64).await;
    for seq in 1..=64 {
        assert_eq!(late.event().await.seq(), seq);
    }
}

#[tokio::test]
async fn a_cut_reader_that_never_reads_the_close_is_let_go_of() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let path = paths::ws(bob.client_id());
    let _never_reads = RawSocket::open(&server, &bob, &path).await;
    let mut writer = ada.socket().await;
    flood(&mut writer, room, limits::EGRESS_MAX_BYTES / (32 * 1024) + 640).await;
    // Bob's only socket is gone: Ada is told, though Bob never answered.
    let offline = |message: &ServerMessage| match message {
        ServerMessage::Presence(p) if p.user_id == bob.id() && !p.online => Some(()),
        _ => None,
    };
    let user = paths::user(bob.id());
    let seen: shared::UserInfo = crate::harness::Expect::gives(ada.get(&user), 200).await;
    if seen.online {
        writer.recv_until(offline).await;
    }
    let mut again = bob.socket().await;
    ada.say(room, "back").await;
    assert_eq!(again.text().await, "back");
    assert_ne!(again.log.len(), 0);
}

/// A page of long messages is more than a queue holds: it must come in parts.
#[tokio::test]
async fn who_is_caught_up_on_long_messages_is_not_cut_for_their_length() {
    caught_up_on_long_messages(&TestServer::start().await).await;
}

/// Somebody is caught up on more than a queue holds.
pub(crate) async fn caught_up_on_long_messages(server: &TestServer) {
    const COUNT: u64 = 400;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut writer = ada.socket().await;
    let text = "x".repeat(limits::MESSAGE_MAX_BYTES);
    for seq in 1..=COUNT {
        assert_eq!(writer.say(room, &seq.to_string(), &text).await.seq, seq);
        writer.log.clear();
    }
    let mut reader = bob.join(room, Some(0)).await;
    for seq in 1..=COUNT {
        assert_eq!(reader.event().await.seq(), seq);
        reader.log.clear();
    }
}

#[tokio::test]
async fn small_frames_count_too() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut writer = ada.socket().await;
    let mut reader = bob.join(room, None).await;
    const COUNT: usize = 3_000;
    for n in 0..COUNT {
        let nonce = n.to_string();
        writer.send(&said(room, &nonce, "x")).await;
    }
    writer.ack(&(COUNT - 1).to_string()).await;
    let mut seen = 0;
    let ended = loop {
        match reader.next().await {
            Ok(message) => {
                if let Ok(ChannelEvent::Message(message)) = message.into_event() {
                    seen += 1;
                    assert_eq!(message.seq, seen);
                    if message.seq == COUNT as u64 {
                        break None;
                    }
                }
            }
            Err(closed) => break Some(closed),
        }
    };
    // The reader took no frame for as long as the writer wrote: it was either within its bounds,
    // or cut with the code that says so. Nothing in between.
    assert!(matches!(ended, None | Some(Closed::Code(close_code::TOO_SLOW))), "{ended:?}");
}
