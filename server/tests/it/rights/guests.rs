//! A guest sees and talks only where somebody made it a member.

use super::{make, members};
use crate::harness::{Expect, TestClient, TestServer, everyone};
use serde_json::json;
use shared::api::account::{Me, Users};
use shared::api::channels::{Channels, CreateChannel};
use shared::{ErrorCode, Role, ServerMessage, UserInfo, Visibility, paths};

async fn found(by: &TestClient, query: &str) -> Vec<String> {
    let path = format!("{}?query={query}", paths::USERS);
    let users: Users = by.get(&path).gives(200).await;
    users.users.into_iter().map(|user| user.username).collect()
}

#[tokio::test]
async fn a_guest_finds_joins_and_creates_no_channels() {
    let mut server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, ada, guest, bob) = (&people[0], &people[1], &people[2], &people[3]);
    let square = ada.public_room("square", &[]).await.channel_id;
    let inside = ada.public_room("inside", &[guest]).await.channel_id;
    let direct = guest.direct(ada).await.channel_id;
    make(owner, guest, Role::Guest).await;
    server.kill();
    server.start_again().await;

    assert_eq!(guest.get(paths::ME).gives::<Me>(200).await.user.role, Role::Guest);
    let public = guest.get(&format!("{}?discover=true", paths::CHANNELS));
    let public: Channels = public.gives(200).await;
    let ids: Vec<_> = public.channels.iter().map(|channel| channel.channel_id).collect();
    assert_eq!(ids, [inside], "those that it is in");
    for request in [
        guest.get(&paths::channel(square)),
        guest.get(&paths::messages(square)),
        guest.put(&paths::member(square, guest.id())),
    ] {
        request.fails(ErrorCode::NotFound).await;
    }
    let path = paths::ws_join_channel(square, guest.client_id(), None);
    assert_eq!(guest.refused_socket(&path).await.code, ErrorCode::NotFound);

    let wanted = [
        CreateChannel { name: Some("mine".into()), ..CreateChannel::default() },
        CreateChannel {
            name: Some("mine".into()),
            visibility: Some(Visibility::Public),
            ..CreateChannel::default()
        },
        CreateChannel { user_ids: vec![ada.id(), bob.id()], ..CreateChannel::default() },
        CreateChannel { user_ids: vec![bob.id()], ..CreateChannel::default() },
    ];
    for wanted in wanted {
        guest.post(paths::CREATE_CHANNEL).json(&wanted).fails(ErrorCode::Forbidden).await;
    }
    assert_eq!(guest.direct(ada).await.channel_id, direct, "the one that there is");
    guest.put(&paths::member(inside, bob.id())).fails(ErrorCode::Forbidden).await;
    // Where it is, it talks like anybody.
    let mut socket = guest.socket().await;
    socket.say(inside, "hello", "hello").await;
    let message = ada.say(inside, "welcome").await.message_id;
    guest.react(inside, message, "👍", true).await;
    guest.say(direct, "between us").await;
    assert_eq!(members(guest, inside).await.len(), 2);
    guest.remove(inside, guest).await;
    guest.put(&paths::member(inside, guest.id())).fails(ErrorCode::NotFound).await;
    ada.add(square, guest).await;
    guest.say(square, "I was let in").await;
}

#[tokio::test]
async fn a_guest_knows_whom_it_shares_a_channel_with() {
    let server = TestServer::start().await;
    let owner = server.user("owner").await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let guest = server.user("guest").await;
    let room = ada.room("tea", &[&guest]).await.channel_id;
    make(&owner, &guest, Role::Guest).await;

    assert_eq!(found(&guest, "").await, ["ada", "guest"]);
    assert!(found(&guest, "bob").await.is_empty());
    assert_eq!(found(&guest, "gue").await, ["guest"]);
    guest.get(&paths::user(bob.id())).fails(ErrorCode::NotFound).await;
    guest.get(&paths::user(ada.id())).gives::<UserInfo>(200).await;
    guest.get(&paths::user(guest.id())).gives::<UserInfo>(200).await;
    assert_eq!(found(&ada, "").await.len(), 4, "members know everybody");

    ada.add(room, &bob).await;
    assert_eq!(found(&guest, "").await, ["ada", "bob", "guest"]);
    ada.remove(room, &bob).await;
    guest.get(&paths::user(bob.id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_guest_is_not_told_who_comes_and_goes() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, guest, ada, bob) = (&people[0], &people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[guest]).await.channel_id;
    make(owner, guest, Role::Guest).await;
    let mut of_guest = guest.socket().await;
    let mut of_owner = owner.socket().await;
    let coming = bob.socket().await;
    let online = |message: &ServerMessage| match message {
        ServerMessage::Presence(frame) if frame.user_id == bob.id() => Some(frame.online),
        _ => None,
    };
    assert!(of_owner.recv_until(online).await);
    coming.close().await;
    assert!(!of_owner.recv_until(online).await, "who is no guest is told");
    ada.say(room, "hello").await;
    assert_eq!(of_guest.text().await, "hello");
    of_guest.until_pong().await;
    let presence = |message: &&ServerMessage| matches!(message, ServerMessage::Presence(_));
    assert_eq!(of_guest.log.iter().filter(presence).count(), 0, "{:?}", of_guest.log);
}

#[tokio::test]
async fn a_guests_mentions_and_searches_tell_nothing_of_what_it_does_not_know() {
    let server = TestServer::start().await;
    let owner = server.user("owner").await;
    let (ada, bob, guest) =
        (server.user("ada").await, server.user("bob").await, server.user("guest").await);
    let square = bob.public_room("square", &[&ada]).await.channel_id;
    bob.say(square, "a secret of the square").await;
    let room = ada.room("tea", &[&guest]).await.channel_id;
    make(&owner, &guest, Role::Guest).await;

    let told = guest.say(room, "@ada and @bob in #square and #tea").await;
    let html = told.html.unwrap();
    assert!(html.contains(&ada.id().to_string()) && html.contains(&room.to_string()), "{html}");
    assert!(!html.contains(&bob.id().to_string()), "{html}");
    assert!(!html.contains(&square.to_string()), "{html}");
    let same = ada.say(room, "@ada and @bob in #square and #tea").await.html.unwrap();
    assert!(same.contains(&bob.id().to_string()) && same.contains(&square.to_string()), "{same}");

    for query in ["secret", "from:bob", "in:square secret", "from:nobody"] {
        let found: serde_json::Value = guest.get(&paths::search(query, &[])).gives(200).await;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(0), "{query}: {found}");
    }
    let in_square = [("channelId", square.to_string())];
    let in_square = in_square.each_ref().map(|(name, id)| (*name, id.as_str()));
    guest.get(&paths::search("secret", &in_square)).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_guest_administers_nothing() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (owner, guest, bob) = (&people[0], &people[1], &people[2]);
    make(owner, guest, Role::Guest).await;
    for request in [
        guest.put(&paths::user_role(bob.id())).json(&json!({ "role": "guest" })),
        guest.put(&paths::user_role(guest.id())).json(&json!({ "role": "member" })),
        guest.put(&paths::deactivation(bob.id())),
        guest.put(paths::OWNER).json(&json!({ "userId": guest.id() })),
        guest.get(paths::AUDIT),
        guest.get(paths::AUDIT_EXPORT),
    ] {
        request.fails(ErrorCode::Forbidden).await;
    }
}
