//! People who vanish without a goodbye. That who says nothing for two heartbeats is let go is
//! checked in model time (`domain/hub/heartbeat_tests.rs`); here, that nobody else ever waits.

use crate::harness::{RawSocket, TestServer, patiently};
use shared::{ServerMessage, paths};

/// What the server's own figure says.
async fn sockets(server: &TestServer) -> usize {
    let text = server.stranger().get(paths::METRICS).send().await.unwrap().text().await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("hubbub_sockets ")).unwrap();
    line.parse().unwrap()
}

#[tokio::test]
async fn who_is_reset_is_let_go_at_once_and_the_others_are_told() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut watcher = ada.socket().await;
    let vanishing = RawSocket::open(&server, &bob, &paths::ws(bob.client_id())).await;
    let online = |wanted: bool| {
        let bob = bob.id();
        move |message: &ServerMessage| match message {
            ServerMessage::Presence(p) if p.user_id == bob && p.online == wanted => Some(()),
            _ => None,
        }
    };
    watcher.recv_until(online(true)).await;
    vanishing.reset();
    watcher.recv_until(online(false)).await;
    assert_eq!(sockets(&server).await, 1);
    watcher.say(room, "n", "still here").await;
}

#[tokio::test]
async fn who_neither_reads_nor_answers_keeps_nobody_waiting() {
    const SILENT: usize = 80;
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    // As many as one client may have open, and more of another.
    let (eve, mal) = (server.user("eve").await, server.user("mal").await);
    let room = ada.room("tea", &[&bob, &eve, &mal]).await.channel_id;
    let mut silent = Vec::new();
    for n in 0..SILENT {
        let who = if n % 2 == 0 { &eve } else { &mal };
        silent.push(RawSocket::open(&server, who, &paths::ws(who.client_id())).await);
    }
    let mut writer = ada.socket().await;
    let mut reader = bob.join(room, None).await;
    let text = "x".repeat(8 * 1024);
    for n in 1..=200 {
        let ack = writer.say(room, &n.to_string(), &text).await;
        assert_eq!(ack.seq, n);
        assert_eq!(reader.event().await.seq(), n, "the next event follows each ack");
        writer.log.clear();
    }
    // Half of them go without a word; the server lets go of them and of nobody else.
    for socket in silent.drain(..SILENT / 2) {
        socket.reset();
    }
    patiently("the server to let go", async {
        while sockets(&server).await != SILENT / 2 + 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let ack = writer.say(room, "last", "last").await;
    assert_eq!(reader.event().await.seq(), ack.seq);
}
