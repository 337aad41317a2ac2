//! Sockets under TLS: the same promises as in the clear. Bodies that hold for both are in `sockets`.

use crate::harness::tls::End;
use crate::harness::{
    Closed, RawFrame, RawSocket, TestClient, TestServer, TestSocket, everyone, said,
};
use crate::sockets::slow_readers;
use shared::{ChannelId, ServerMessage, close_code, paths};
use std::collections::HashMap;

/// Messages of each of the two.
const COUNT: usize = 400;
/// Messages that one has under way.
const AHEAD: usize = 24;

/// From a word to the longest message, so that records end anywhere in frames, and frames in records.
fn text(who: &str, n: usize) -> String {
    let len = [1, 125, 126, 4_000, 16_370, 16_384, 40_000, 65_000][n % 8];
    format!("{who}-{n}-{}", "x".repeat(len))
}

/// Says its messages and takes what comes; the order in which both's came.
async fn talks(mut socket: TestSocket, room: ChannelId, name: &str) -> Vec<String> {
    let (mut told, mut acked, mut came) = (0, 0, Vec::new());
    while came.len() < 2 * COUNT || acked < COUNT {
        while told < COUNT && told < acked + AHEAD {
            socket.send(&said(room, &format!("{name}-{told}"), &text(name, told))).await;
            told += 1;
        }
        match socket.recv().await {
            ServerMessage::Message(message) => {
                assert_eq!(message.seq, came.len() as u64 + 1, "nothing lost, doubled, reordered");
                came.push(message.message);
            }
            ServerMessage::Ack(_) => acked += 1,
            ServerMessage::Rejected(rejected) => panic!("{rejected:?}"),
            _ => {}
        }
        socket.log.clear();
    }
    came
}

#[tokio::test]
async fn two_that_talk_under_load_lose_nothing_double_nothing_and_keep_the_order() {
    let (server, ..) = TestServer::under_tls(&[]).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let (one, other) = (ada.join(room, None).await, bob.join(room, None).await);
    let (first, second) = tokio::join!(talks(one, room, "ada"), talks(other, room, "bob"));
    assert!(first == second, "both see the same");
    let mut turns = HashMap::new();
    for message in &first {
        let who = message.split('-').next().unwrap().to_owned();
        let turn = turns.entry(who.clone()).or_insert(0);
        assert!(*message == text(&who, *turn), "{who}'s message {turn} came as it was said");
        *turn += 1;
    }
    assert_eq!(turns, HashMap::from([("ada".to_owned(), COUNT), ("bob".to_owned(), COUNT)]));
}

#[tokio::test]
async fn a_slow_reader_is_cut_with_4008_and_resumes_and_the_others_go_on() {
    slow_readers::cut_and_caught_up(&TestServer::under_tls(&[]).await.0).await;
}

#[tokio::test]
async fn who_is_caught_up_on_long_messages_gets_them_all() {
    slow_readers::caught_up_on_long_messages(&TestServer::under_tls(&[]).await.0).await;
}

async fn raw(server: &TestServer, client: &TestClient) -> RawSocket {
    RawSocket::open(server, client, &paths::ws(client.client_id())).await
}

#[tokio::test]
async fn a_goodbye_is_answered_and_tls_ends_with_its_own() {
    let (server, ..) = TestServer::under_tls(&[]).await;
    let ada = server.user("ada").await;
    for code in [1000u16, 4999] {
        let before = server.front().ends().len();
        let mut socket = raw(&server, &ada).await;
        socket.frame(0x88, &code.to_be_bytes()).await;
        assert_eq!(socket.until_closed().await.1, RawFrame::Close(code));
        assert_eq!(socket.next().await, RawFrame::End, "and the server hangs up");
        assert_eq!(server.front().ends().get(before), Some(&End::Said));
    }
    // A frame that no client may send.
    let mut socket = raw(&server, &ada).await;
    socket.frame(0xF1, b"reserved bits").await;
    let (_, last) = socket.until_closed().await;
    assert!(matches!(last, RawFrame::Close(1002)), "{last:?}");
}

#[tokio::test]
async fn who_goes_without_a_goodbye_is_gone() {
    let (server, ..) = TestServer::under_tls(&[]).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    ada.room("tea", &[&bob]).await;
    let mut watching = ada.socket().await;
    let presence = |online: bool| {
        let bob = bob.id();
        move |message: &ServerMessage| match message {
            ServerMessage::Presence(p) if p.user_id == bob && p.online == online => Some(()),
            _ => None,
        }
    };
    let socket = bob.socket().await;
    watching.recv_until(presence(true)).await;
    socket.cut();
    watching.recv_until(presence(false)).await;
}

#[tokio::test]
async fn sigterm_drains_every_socket_with_4009_and_ends_with_status_0() {
    let (mut server, ..) = TestServer::under_tls(&[]).await;
    let people = everyone(&server, "p", 3).await;
    let room = people[0].room("tea", &[&people[1], &people[2]]).await.channel_id;
    let mut sockets = Vec::new();
    for person in &people {
        sockets.push(person.join(room, None).await);
    }
    sockets[0].say(room, "1", "before the end").await;
    server.program().terminate();
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, Closed::Code(close_code::DRAINING));
        let came = socket.log.iter().filter(|came| matches!(came, ServerMessage::Message(_)));
        assert_eq!(came.count(), 1);
    }
    let status = server.program().ended().await;
    assert_eq!(status.code(), Some(0), "{}", server.program().stderr());
}
