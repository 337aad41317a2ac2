//! Kick and ban: out at once, and for the banned no way back.

use super::{asks_ban, in_millis, make_moderator, refusal};
use crate::harness::{Closed, Expect, TestClient, TestServer, everyone, said, unknown_id};
use serde_json::json;
use shared::api::channels::Channels;
use shared::api::rights::{BanInfo, Bans};
use shared::{
    ChannelChange, ChannelEvent, ChannelId, ErrorCode, Member, ServerMessage, UserId, close_code,
    paths,
};

async fn bans(by: &TestClient, channel: ChannelId) -> Vec<BanInfo> {
    by.get(&paths::bans(channel)).gives::<Bans>(200).await.bans
}

fn gone(message: &ServerMessage) -> Option<ChannelId> {
    match message {
        ServerMessage::Channel(frame) if frame.change == ChannelChange::Deleted => {
            Some(frame.channel_id)
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_banned_members_sockets_leave_at_once_and_it_sees_the_channel_no_more() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.public_room("tea", &[bob, eve]).await.channel_id;
    make_moderator(ada, room, bob).await;
    let mut one = eve.join(room, None).await;
    let mut all = eve.socket().await;
    let mut of_ada = ada.join(room, None).await;
    one.say(room, "a-moment-ago", "a moment ago").await;
    assert!(matches!(of_ada.event().await, ChannelEvent::Message(_)));

    let until = in_millis(3_600_000);
    let ban = json!({ "reason": "  spam ", "until": until });
    bob.put(&paths::ban(room, eve.id())).json(&ban).succeeds().await;
    assert_eq!(one.closed().await, Closed::Code(close_code::NOT_A_MEMBER));
    assert_eq!(all.recv_until(gone).await, room);
    let left = Member { channel_id: room, seq: 2, user_id: eve.id(), joined: false };
    assert_eq!(of_ada.event().await, ChannelEvent::Member(left));
    // Its own socket may still say something there, and is told that there is no such channel.
    all.send(&said(room, "again", "again")).await;
    assert_eq!(all.rejected().await.code, ErrorCode::NotFound);

    for restarted in [false, true] {
        if restarted {
            server.kill();
            server.start_again().await;
        }
        let path = paths::ws_join_channel(room, eve.client_id(), None);
        assert_eq!(eve.refused_socket(&path).await.code, ErrorCode::NotFound);
        for request in [
            eve.get(&paths::channel(room)),
            eve.get(&paths::messages(room)),
            eve.get(&paths::members(room)),
            eve.put(&paths::member(room, eve.id())),
        ] {
            request.fails(ErrorCode::NotFound).await;
        }
        let public = eve.get(&format!("{}?discover=true", paths::CHANNELS));
        assert!(public.gives::<Channels>(200).await.channels.is_empty());
        for by in [ada, bob] {
            let problem = by.put(&paths::member(room, eve.id())).fails(ErrorCode::Conflict).await;
            assert!(problem.detail.contains("banned"), "{problem:?}");
        }
        let listed = bans(bob, room).await;
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].user_id, listed[0].banned_by), (eve.id(), bob.id()));
        assert_eq!((listed[0].reason.as_str(), listed[0].until), ("spam", Some(until)));
    }
    bob.delete(&paths::ban(room, eve.id())).succeeds().await;
    assert!(bans(bob, room).await.is_empty());
    eve.get(&paths::messages(room)).fails(ErrorCode::NotFound).await;
    eve.add(room, eve).await;
    assert_eq!(ada.channel(room).await.user_ids, [ada.id(), bob.id(), eve.id()]);
}

#[tokio::test]
async fn a_moderator_kicks_and_the_kicked_may_come_back_to_a_public_channel() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.public_room("tea", &[bob, eve]).await.channel_id;
    make_moderator(ada, room, bob).await;
    let (mut one, mut all) = (eve.join(room, None).await, eve.socket().await);
    let mut of_ada = ada.socket().await;
    bob.remove(room, eve).await;
    assert_eq!(one.closed().await, Closed::Code(close_code::NOT_A_MEMBER));
    assert_eq!(all.recv_until(gone).await, room);
    let left = Member { channel_id: room, seq: 1, user_id: eve.id(), joined: false };
    assert_eq!(of_ada.event().await, ChannelEvent::Member(left));
    eve.get(&paths::messages(room)).fails(ErrorCode::NotFound).await;
    let mut back = eve.join(room, None).await;
    back.say(room, "back", "back again").await;
    assert!(bans(bob, room).await.is_empty(), "it was no ban");
}

#[tokio::test]
async fn who_is_no_member_can_be_kept_out_too() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, eve) = (&people[1], &people[2]);
    let room = ada.public_room("tea", &[]).await.channel_id;
    eve.get(&paths::channel(room)).succeeds().await;
    asks_ban(ada, room, eve).succeeds().await;
    eve.get(&paths::channel(room)).fails(ErrorCode::NotFound).await;
    assert_eq!(ada.channel(room).await.head_seq, 0, "it is no event");
    // Once more, with what is new.
    let ban = json!({ "reason": "still" });
    ada.put(&paths::ban(room, eve.id())).json(&ban).succeeds().await;
    let listed = bans(ada, room).await;
    assert_eq!((listed.len(), listed[0].reason.as_str(), listed[0].until), (1, "still", None));
}

#[tokio::test]
async fn a_ban_ends_by_itself() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, eve) = (&people[1], &people[2]);
    let room = ada.public_room("tea", &[eve]).await.channel_id;
    let ban = json!({ "until": in_millis(400) });
    ada.put(&paths::ban(room, eve.id())).json(&ban).succeeds().await;
    let began = std::time::Instant::now();
    while refusal(eve.put(&paths::member(room, eve.id()))).await.is_some() {
        assert!(began.elapsed() < crate::harness::PATIENCE);
    }
    assert!(bans(ada, room).await.is_empty());
    ada.delete(&paths::ban(room, eve.id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_ban_against_the_rules_is_refused_and_nothing_happens() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    let path = paths::ban(room, bob.id());
    for (body, pointer) in [
        (json!({ "until": in_millis(-1_000) }), "/until"),
        (json!({ "until": "tomorrow" }), "/until"),
        (json!({ "reason": "x".repeat(251) }), "/reason"),
        (json!({ "reason": "two\nlines" }), "/reason"),
        (json!({ "reason": 5 }), "/reason"),
    ] {
        let problem = ada.put(&path).json(&body).fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, pointer, "{body}");
    }
    ada.put(&path).fails(ErrorCode::UnsupportedMediaType).await;
    let nobody = paths::ban(room, UserId(unknown_id()));
    ada.put(&nobody).json(&json!({})).fails(ErrorCode::NotFound).await;
    ada.delete(&nobody).fails(ErrorCode::NotFound).await;
    ada.delete(&path).fails(ErrorCode::NotFound).await;
    asks_ban(ada, room, ada).fails(ErrorCode::Forbidden).await;
    asks_ban(eve, room, bob).fails(ErrorCode::NotFound).await;
    eve.get(&paths::bans(room)).fails(ErrorCode::NotFound).await;
    assert_eq!(ada.channel(room).await.user_ids, [ada.id(), bob.id()]);
}

/// While somebody writes as fast as it can, it is banned: whatever it wrote is before its leaving.
#[tokio::test]
async fn nothing_that_a_banned_user_writes_comes_after_its_leaving() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, eve) = (&people[1], &people[2]);
    let room = ada.room("tea", &[eve]).await.channel_id;
    let mut socket = eve.socket().await;
    let ban = async {
        while ada.channel(room).await.head_seq < 50 {}
        asks_ban(ada, room, eve).succeeds().await;
    };
    let write = async {
        for n in 0..1_500 {
            socket.send(&said(room, &format!("n-{n}"), "x")).await;
        }
        socket.recv_until(gone).await;
        socket.until_pong().await;
    };
    tokio::join!(ban, write);
    let events = ada.events(room, 0).await;
    assert!(events.len() > 50, "{}", events.len());
    let ChannelEvent::Member(last) = events.last().unwrap() else {
        panic!("the last is {:?}", events.last())
    };
    assert!(!last.joined && last.user_id == eve.id());
}
