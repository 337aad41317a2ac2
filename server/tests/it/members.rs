//! Who is in a channel: joining, being added, leaving, being removed.

use crate::harness::{Closed, Expect, TestServer, everyone};
use shared::{
    ChannelChange, ChannelEvent, ErrorCode, Member, ServerMessage, UserId, close_code, paths,
};

fn change(message: &ServerMessage) -> Option<(shared::ChannelId, ChannelChange)> {
    match message {
        ServerMessage::Channel(frame) => Some((frame.channel_id, frame.change)),
        _ => None,
    }
}

#[tokio::test]
async fn anyone_joins_a_public_room_and_a_private_one_stays_hidden() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let tea = ada.public_room("tea", &[]).await.channel_id;
    let secret = ada.room("secret", &[]).await.channel_id;
    let mut of_ada = ada.socket().await;
    let mut of_bob = bob.socket().await;

    bob.add(tea, &bob).await;
    let joined = Member { channel_id: tea, seq: 1, user_id: bob.id(), joined: true };
    assert_eq!(of_ada.event().await, ChannelEvent::Member(joined.clone()));
    assert_eq!(of_bob.recv_until(change).await, (tea, ChannelChange::Created));
    assert_eq!(ada.channel(tea).await.user_ids, [ada.id(), bob.id()]);
    assert_eq!(bob.events(tea, 0).await, [ChannelEvent::Member(joined)]);

    bob.add(tea, &bob).await;
    assert_eq!(ada.channel(tea).await.head_seq, 1, "joining twice is no event");
    bob.put(&paths::member(secret, bob.id())).fails(ErrorCode::NotFound).await;
    assert_eq!(ada.channel(secret).await.user_ids, [ada.id()]);
}

#[tokio::test]
async fn any_member_adds_people_and_who_is_none_does_not() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    let public = ada.public_room("square", &[]).await.channel_id;
    eve.put(&paths::member(room, eve.id())).fails(ErrorCode::NotFound).await;
    eve.put(&paths::member(public, bob.id())).fails(ErrorCode::NotFound).await;
    let mut of_eve = eve.socket().await;
    bob.add(room, eve).await;
    assert_eq!(of_eve.recv_until(change).await, (room, ChannelChange::Created));
    ada.say(room, "welcome, eve").await;
    assert_eq!(of_eve.text().await, "welcome, eve");
    assert_eq!(eve.channel(room).await.user_ids, [ada.id(), bob.id(), eve.id()]);
    let nobody = paths::member(room, UserId(crate::harness::unknown_id()));
    ada.put(&nobody).fails(ErrorCode::NotFound).await;
    ada.delete(&nobody).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn who_leaves_hears_nothing_more_and_sees_nothing_more() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, bob) = (&people[1], &people[2]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    let mut of_ada = ada.socket().await;
    let mut of_bob = bob.socket().await;
    bob.remove(room, bob).await;
    let left = Member { channel_id: room, seq: 1, user_id: bob.id(), joined: false };
    assert_eq!(of_ada.event().await, ChannelEvent::Member(left));
    assert_eq!(of_bob.recv_until(change).await, (room, ChannelChange::Deleted));
    let message = ada.say(room, "now we are alone").await;
    assert_eq!(message.seq, 2);
    let heard = of_bob.until_pong().await;
    assert!(heard.into_iter().all(|message| message.into_event().is_err()));
    bob.get(&paths::messages(room)).fails(ErrorCode::NotFound).await;
    bob.delete(&paths::member(room, bob.id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_removed_members_sockets_close_or_are_told_at_once() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (ada, bob, eve) = (&people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob, eve]).await.channel_id;
    let other = ada.room("other", &[bob]).await.channel_id;
    let mut one = bob.join(room, None).await;
    let mut another = bob.join(other, None).await;
    let mut all = bob.socket().await;
    let mut of_eve = eve.join(room, None).await;

    eve.delete(&paths::member(room, bob.id())).fails(ErrorCode::Forbidden).await;
    ada.remove(room, bob).await;
    assert_eq!(one.closed().await, Closed::Code(close_code::NOT_A_MEMBER));
    assert_eq!(all.recv_until(change).await, (room, ChannelChange::Deleted));
    let gone = Member { channel_id: room, seq: 1, user_id: bob.id(), joined: false };
    assert_eq!(of_eve.event().await, ChannelEvent::Member(gone));
    ada.say(other, "still here").await;
    assert_eq!(another.text().await, "still here");
    assert_eq!(all.text().await, "still here");
    let path = paths::ws_join_channel(room, bob.client_id(), None);
    assert_eq!(bob.refused_socket(&path).await.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn the_owner_removes_people_from_a_room_that_they_are_in() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, ada, bob) = (&people[0], &people[1], &people[2]);
    let room = ada.room("tea", &[bob, owner]).await.channel_id;
    owner.remove(room, bob).await;
    assert_eq!(ada.channel(room).await.user_ids, [ada.id(), owner.id()]);
    let hidden = ada.room("hidden", &[bob]).await.channel_id;
    owner.delete(&paths::member(hidden, bob.id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn nobody_joins_is_added_to_or_leaves_a_direct_conversation() {
    let server = TestServer::start().await;
    let (ada, bob, eve) =
        (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let direct = ada.direct(&bob).await.channel_id;
    ada.put(&paths::member(direct, eve.id())).fails(ErrorCode::Conflict).await;
    ada.delete(&paths::member(direct, ada.id())).fails(ErrorCode::Conflict).await;
    ada.delete(&paths::member(direct, bob.id())).fails(ErrorCode::Conflict).await;
    eve.put(&paths::member(direct, eve.id())).fails(ErrorCode::NotFound).await;
    let channel = bob.channel(direct).await;
    assert_eq!((channel.user_ids.len(), channel.head_seq), (2, 0));
}

#[tokio::test]
async fn who_comes_back_finds_the_whole_history() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, bob) = (&people[1], &people[2]);
    let room = ada.public_room("tea", &[bob]).await.channel_id;
    ada.say(room, "one").await;
    bob.remove(room, bob).await;
    ada.say(room, "two").await;
    bob.add(room, bob).await;
    let texts: Vec<_> = bob.history(room).await.into_iter().map(|m| m.message).collect();
    assert_eq!(texts, ["one", "two"]);
    let seqs: Vec<_> = bob.events(room, 0).await.iter().map(ChannelEvent::seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_membership_outlives_the_process() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, bob, eve) = (&people[0], &people[1], &people[2]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    ada.remove(room, bob).await;
    ada.add(room, eve).await;
    server.kill();
    server.start_again().await;
    assert_eq!(ada.channel(room).await.user_ids, [ada.id(), eve.id()]);
    bob.get(&paths::channel(room)).fails(ErrorCode::NotFound).await;
    let mut socket = eve.join(room, Some(0)).await;
    assert_eq!(socket.event().await.seq(), 1);
    assert_eq!(socket.event().await.seq(), 2);
}
