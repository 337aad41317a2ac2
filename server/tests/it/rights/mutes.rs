//! Who is muted reads and does nothing else, until the mute ends.

use super::{asks_mute, in_millis, make_moderator, members, refusal};
use crate::harness::{Expect, PATIENCE, TestClient, TestServer, everyone, said};
use reqwest::RequestBuilder;
use serde_json::json;
use shared::{ChannelId, ErrorCode, MessageId, Timestamp, paths};

/// Everything that a muted user is refused.
fn attempts(
    by: &TestClient,
    room: ChannelId,
    own: MessageId,
    first: MessageId,
) -> [RequestBuilder; 8] {
    let post = |body| by.post(&paths::messages(room)).json(&body);
    [
        post(json!({ "message": "hello" })),
        post(json!({ "message": "hello", "threadRoot": first })),
        post(json!({ "message": "hello", "replyTo": first })),
        post(json!({ "message": "", "forward": { "channelId": room, "messageId": first } })),
        by.patch(&paths::message(room, own)).json(&json!({ "message": "otherwise" })),
        by.put(&paths::reaction(room, first, "👍")),
        by.put(&paths::pin(room, first)),
        by.delete(&paths::pin(room, own)),
    ]
}

#[tokio::test]
async fn who_is_muted_reads_and_writes_nothing() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.public_room("tea", &[bob, eve]).await.channel_id;
    let elsewhere = ada.room("elsewhere", &[eve]).await.channel_id;
    let first = ada.say(room, "first").await.message_id;
    let own = eve.say(room, "own").await.message_id;
    ada.put(&paths::pin(room, own)).succeeds().await;
    make_moderator(ada, room, bob).await;
    let mut socket = eve.socket().await;
    // It wrote a moment before, so that where it stands is remembered.
    socket.say(room, "just-now", "just now").await;
    let until = in_millis(3_600_000);
    let mute = json!({ "until": until });
    bob.put(&paths::mute(room, eve.id())).json(&mute).succeeds().await;
    socket.send(&said(room, "too-late", "too late")).await;
    let rejected = socket.rejected().await;
    assert_eq!(
        (rejected.code, rejected.nonce.as_deref()),
        (ErrorCode::Forbidden, Some("too-late"))
    );
    assert!(rejected.message.contains(&until.to_rfc3339()), "{}", rejected.message);
    // What is stored already is acknowledged again, muted or not.
    assert!(socket.say(room, "just-now", "just now").await.duplicate);

    for restarted in [false, true] {
        if restarted {
            server.kill();
            server.start_again().await;
        }
        for attempt in attempts(eve, room, own, first) {
            let problem = attempt.fails(ErrorCode::Forbidden).await;
            assert!(problem.detail.contains(&until.to_rfc3339()), "{}", problem.detail);
        }
        assert_eq!(members(ada, room).await[2].muted_until, Some(until));
    }
    assert_eq!(eve.history(room).await.len(), 3, "it reads");
    eve.read(room, 1).await;
    eve.say(elsewhere, "here I may").await;
    // Leaving and coming back ends nothing.
    eve.remove(room, eve).await;
    eve.add(room, eve).await;
    for attempt in attempts(eve, room, own, first) {
        attempt.fails(ErrorCode::Forbidden).await;
    }
    asks_mute(bob, room, eve).succeeds().await;
    assert_eq!(members(ada, room).await[2].muted_until, None, "without an end now");
    assert!(members(ada, room).await[2].muted);
    eve.post(&paths::messages(room))
        .json(&json!({ "message": "x" }))
        .fails(ErrorCode::Forbidden)
        .await;
    eve.unsay(room, own).await;
    bob.delete(&paths::mute(room, eve.id())).succeeds().await;
    eve.say(room, "at last").await;
    bob.delete(&paths::mute(room, eve.id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_mute_ends_by_itself() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, eve) = (&people[1], &people[2]);
    let room = ada.room("tea", &[eve]).await.channel_id;
    let until = in_millis(500);
    let mute = json!({ "until": until });
    ada.put(&paths::mute(room, eve.id())).json(&mute).succeeds().await;
    let mut socket = eve.socket().await;
    let (began, mut refused) = (std::time::Instant::now(), 0);
    let post = || eve.post(&paths::messages(room)).json(&json!({ "message": "now?" }));
    while let Some(code) = refusal(post()).await {
        assert_eq!(code, ErrorCode::Forbidden);
        assert!(began.elapsed() < PATIENCE);
        refused += 1;
    }
    assert!(refused > 0 && Timestamp(in_millis(0).0) >= until, "not before its end");
    socket.say(room, "and-now", "and on a socket").await;
    assert!(!members(ada, room).await[1].muted);
    ada.delete(&paths::mute(room, eve.id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_muted_moderator_may_not_unmute_itself() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob, eve]).await.channel_id;
    make_moderator(ada, room, bob).await;
    asks_mute(ada, room, bob).succeeds().await;
    bob.delete(&paths::mute(room, bob.id())).fails(ErrorCode::Forbidden).await;
    bob.post(&paths::messages(room))
        .json(&json!({ "message": "x" }))
        .fails(ErrorCode::Forbidden)
        .await;
}

#[tokio::test]
async fn a_mute_against_the_rules_is_refused() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    let late = json!({ "until": in_millis(-1_000) });
    let path = paths::mute(room, bob.id());
    let problem = ada.put(&path).json(&late).fails(ErrorCode::Invalid).await;
    assert_eq!(problem.errors[0].pointer, "/until");
    asks_mute(ada, room, eve).fails(ErrorCode::NotFound).await;
    asks_mute(eve, room, bob).fails(ErrorCode::NotFound).await;
    asks_mute(ada, room, ada).fails(ErrorCode::Forbidden).await;
    bob.say(room, "as before").await;
}
