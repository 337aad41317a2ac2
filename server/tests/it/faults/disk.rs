//! A disk that does not sync or does not write: what can't be made durable is refused, never
//! acknowledged and never passed over in silence.

use super::program::Faulty;
use super::{Acked, Answer, answer, ask, text_of};
use crate::harness::{Expect, said};
use serde_json::json;
use shared::{ErrorCode, paths};

/// Messages that are sent before the disk fails, at the most.
const MANY: usize = 200;
/// Messages that are under way at once.
const AHEAD: usize = 8;

/// Talks until the first message is refused; the nonces of those that were.
async fn until_refused(
    socket: &mut crate::harness::TestSocket,
    room: shared::ChannelId,
    acked: &mut Acked,
) -> Vec<String> {
    for n in 0.. {
        assert!(n < MANY, "nothing fails");
        let nonces: Vec<_> = (0..AHEAD).map(|k| format!("n{n}-{k}")).collect();
        for nonce in &nonces {
            socket.send(&said(room, nonce, &text_of(nonce))).await;
        }
        let mut refused = Vec::new();
        for nonce in nonces {
            match answer(socket, &nonce).await {
                Answer::Acked(ack) => {
                    assert!(refused.is_empty(), "{nonce} is acknowledged after {refused:?}");
                    acked.note(ack);
                }
                Answer::Refused(no) => {
                    assert_eq!(no.code, ErrorCode::StorageUnavailable, "{no:?}");
                    assert!(!no.message.is_empty());
                    refused.push(nonce);
                }
            }
        }
        if !refused.is_empty() {
            return refused;
        }
    }
    unreachable!()
}

/// From the first failure on nothing is acknowledged, everything is answered, and the next start
/// finds what was acknowledged, once; what was refused can be sent again.
async fn fails_for_good(calls: &str, when: &str) {
    let server = Faulty::failing(calls, when).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = ada.socket().await;
    let mut listener = bob.join(room, Some(0)).await;
    let mut acked = Acked::default();
    let mut refused = until_refused(&mut socket, room, &mut acked).await;
    assert!(acked.count() > 0, "it failed from the beginning");
    server.is_not_ready().await;

    // It stays so: by socket and by request, for what is new and for what was refused.
    for nonce in refused.clone().into_iter().chain(["new".to_owned()]) {
        match ask(&mut socket, room, &nonce).await {
            Answer::Refused(no) => assert_eq!(no.code, ErrorCode::StorageUnavailable),
            Answer::Acked(ack) => panic!("acknowledged after a failed sync: {ack:?}"),
        }
    }
    refused.push("new".to_owned());
    let post = |text: &str| json!({ "message": text, "nonce": "by-request" });
    let request = ada.post(&paths::messages(room)).json(&post("text of by-request"));
    request.fails(ErrorCode::StorageUnavailable).await;
    refused.push("by-request".to_owned());
    server.is_not_ready().await;
    // Who listens heard what was acknowledged and nothing else.
    let heard: Vec<_> = {
        let mut heard = Vec::new();
        while heard.len() < acked.count() {
            heard.push(listener.event().await);
        }
        for message in listener.until_pong().await {
            assert!(message.clone().into_event().is_err(), "told and not stored: {message:?}");
        }
        heard
    };

    let server = server.start_again_sound().await;
    server.is_ready().await;
    let (ada, bob) = (server.again(&ada), server.again(&bob));
    let mut socket = ada.socket().await;
    for nonce in &refused {
        match ask(&mut socket, room, nonce).await {
            Answer::Acked(ack) => acked.note(ack),
            Answer::Refused(no) => panic!("{no:?}"),
        }
    }
    let history = acked.check(&bob, room, text_of).await;
    assert_eq!(history.len(), acked.count(), "what was refused and sent again is there once");
    assert_eq!(history[..heard.len()], heard, "live order is history order");
}

/// A disk that fails for a while: what is refused is sent again until it is acknowledged, by the
/// same server, which says of itself that it is well again.
async fn heals(calls: &str, when: &str) {
    let mut server = Faulty::failing(calls, when).await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = ada.socket().await;
    let mut listener = bob.join(room, Some(0)).await;
    let mut acked = Acked::default();
    let mut waiting = until_refused(&mut socket, room, &mut acked).await;
    let mut tries = 0;
    while let Some(nonce) = waiting.pop() {
        match ask(&mut socket, room, &nonce).await {
            Answer::Acked(ack) => acked.note(ack),
            Answer::Refused(_) => waiting.push(nonce),
        }
        tries += 1;
        assert!(tries < MANY, "it does not heal");
    }
    for n in 0..20 {
        match ask(&mut socket, room, &format!("after-{n}")).await {
            Answer::Acked(ack) => acked.note(ack),
            Answer::Refused(no) => panic!("{no:?}"),
        }
    }
    server.is_ready().await;
    let history = acked.check(&bob, room, text_of).await;
    assert_eq!(history.len(), acked.count());
    for event in &history {
        assert_eq!(listener.event().await, *event, "live order is history order");
    }
    socket.close().await;
    listener.close().await;
    server.program.terminate();
    assert_eq!(server.program.ended().await.code(), Some(0), "{}", server.program.stderr());
    let server = server.start_again_sound().await;
    let again = acked.check(&server.again(&bob), room, text_of).await;
    assert_eq!(again, history, "and it is the same after another start");
}

#[tokio::test]
async fn nothing_is_acknowledged_that_could_not_be_synced() {
    fails_for_good("fsync,fdatasync", "20+").await;
}

#[tokio::test]
async fn nothing_is_acknowledged_that_could_not_be_written() {
    fails_for_good("pwrite64", "120+").await;
}

#[tokio::test]
async fn a_disk_that_does_not_sync_for_a_while_heals() {
    heals("fsync,fdatasync", "20..45").await;
}

#[tokio::test]
async fn a_disk_that_does_not_write_for_a_while_heals() {
    heals("pwrite64", "120..150").await;
}
