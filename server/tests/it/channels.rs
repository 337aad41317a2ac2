//! Creating, listing, changing and deleting channels. Who is in them is in `members`.

use crate::harness::{Expect, TestServer, everyone};
use serde_json::{Value, json};
use shared::api::channels::{Channels, CreateChannel};
use shared::{
    ChannelChange, ChannelId, ChannelInfo, ChannelKind, ErrorCode, ServerMessage, Visibility,
    limits, paths,
};

fn channel_frame(message: &ServerMessage) -> Option<shared::ChannelFrame> {
    match message {
        ServerMessage::Channel(frame) => Some(frame.clone()),
        _ => None,
    }
}

#[tokio::test]
async fn a_room_is_created_with_its_people_and_the_creator() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, bob, eve) = (&people[0], &people[1], &people[2]);
    let body =
        json!({ "userIds": [bob.id(), bob.id(), ada.id()], "name": " tea ", "topic": "Leaves" });
    let room: ChannelInfo = ada.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    assert_eq!((room.kind, room.visibility), (ChannelKind::Room, Visibility::Private));
    assert_eq!((room.name.as_deref(), room.topic.as_deref()), (Some("tea"), Some("Leaves")));
    let mut members = room.user_ids.clone();
    members.sort_unstable();
    let mut wanted = vec![ada.id(), bob.id()];
    wanted.sort_unstable();
    assert_eq!(members, wanted, "duplicates and the creator fold");
    assert_eq!((room.created_by, room.head_seq), (ada.id(), 0));
    assert_eq!((room.read_seq, room.unread, room.mentions), (Some(0), Some(0), Some(0)));

    assert_eq!(bob.channel(room.channel_id).await.name.as_deref(), Some("tea"));
    eve.get(&paths::channel(room.channel_id)).fails(ErrorCode::NotFound).await;
    assert!(eve.channels().await.is_empty());
}

#[tokio::test]
async fn the_design_s_smallest_call_creates_a_channel() {
    let server = TestServer::start().await;
    let (ada, bob, eve) =
        (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let body = json!({ "userIds": [bob.id(), eve.id()] });
    let group: Value = ada.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    assert_eq!(group["kind"], "group");
    assert_eq!(group["visibility"], "private");
    assert!(group.get("name").is_none(), "{group}");
    assert_eq!(group["userIds"].as_array().unwrap().len(), 3);
    let body = json!({ "userIds": [bob.id(), eve.id()] });
    let another: ChannelInfo = ada.post(paths::CREATE_CHANNEL).json(&body).gives(201).await;
    assert_ne!(group["channelId"], another.channel_id.to_string());
}

#[tokio::test]
async fn the_direct_conversation_of_two_exists_once() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let wanted = CreateChannel { user_ids: vec![bob.id(), bob.id()], ..Default::default() };
    let first: ChannelInfo = ada.post(paths::CREATE_CHANNEL).json(&wanted).gives(201).await;
    assert_eq!(first.kind, ChannelKind::Direct);
    let again: ChannelInfo = ada.post(paths::CREATE_CHANNEL).json(&wanted).gives(200).await;
    let wanted = CreateChannel { user_ids: vec![ada.id()], ..Default::default() };
    let from_bob: ChannelInfo = bob.post(paths::CREATE_CHANNEL).json(&wanted).gives(200).await;
    assert_eq!([again.channel_id, from_bob.channel_id], [first.channel_id; 2]);
    assert_eq!(bob.channels().await.len(), 1);
}

#[tokio::test]
async fn two_who_open_their_conversation_at_once_get_the_same() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let tries = (0..10).map(|n| {
        let (by, with) = if n % 2 == 0 { (&ada, &bob) } else { (&bob, &ada) };
        let (by, with) = (by.clone(), with.clone());
        tokio::spawn(async move { by.direct(&with).await.channel_id })
    });
    let mut ids = Vec::new();
    for task in tries.collect::<Vec<_>>() {
        ids.push(task.await.unwrap());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_conversation_with_oneself_is_direct_and_exists_once() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let first = ada.direct(&ada).await;
    assert_eq!((first.kind, first.user_ids), (ChannelKind::Direct, vec![ada.id()]));
    let empty: ChannelInfo =
        ada.post(paths::CREATE_CHANNEL).json(&json!({ "userIds": [] })).gives(200).await;
    assert_eq!(empty.channel_id, first.channel_id);
    ada.say(first.channel_id, "a note").await;
}

#[tokio::test]
async fn a_channel_with_unknown_people_is_refused_with_a_pointer_each_and_not_created() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let unknown = [crate::harness::unknown_id(), crate::harness::unknown_id()];
    let body = json!({ "userIds": [unknown[0], bob.id(), unknown[1]], "name": "tea" });
    let problem = ada.post(paths::CREATE_CHANNEL).json(&body).fails(ErrorCode::Invalid).await;
    let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(pointers, ["/userIds/0", "/userIds/2"]);
    assert!(ada.channels().await.is_empty() && bob.channels().await.is_empty());
}

#[tokio::test]
async fn what_a_channel_cannot_be_is_refused_with_a_pointer() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let long = |chars| "x".repeat(chars + 1);
    for (body, pointer) in [
        (json!({ "userIds": [], "name": "  " }), "/name"),
        (json!({ "userIds": [], "name": "a\nb" }), "/name"),
        (json!({ "userIds": [], "name": "\u{202e}" }), "/name"),
        (json!({ "userIds": [], "name": long(limits::CHANNEL_NAME_MAX_CHARS) }), "/name"),
        (json!({ "userIds": [], "name": "a", "topic": long(limits::TOPIC_MAX_CHARS) }), "/topic"),
        (json!({ "userIds": [bob.id()], "visibility": "public" }), "/visibility"),
        (
            json!({ "userIds": vec![bob.id(); limits::CHANNEL_MEMBERS_MAX + 1], "name": "a" }),
            "/userIds",
        ),
    ] {
        let request = ada.post(paths::CREATE_CHANNEL).json(&body);
        let problem = request.fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    for body in [
        json!({}),
        json!({ "userIds": "x" }),
        json!({ "userIds": ["not-a-uuid"] }),
        json!({ "userIds": [], "name": "a", "visibility": "secret" }),
        json!([]),
        json!(null),
    ] {
        let answer = ada.post(paths::CREATE_CHANNEL).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!([400, 422].contains(&status), "{body}: {status}");
    }
    assert!(ada.channels().await.is_empty());
}

#[tokio::test]
async fn public_rooms_are_discovered_and_private_ones_are_not() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let tea = ada.public_room("tea", &[]).await;
    let secret = ada.room("secret", &[]).await;
    let path = format!("{}?discover=true", paths::CHANNELS);
    let found: Channels = bob.get(&path).gives(200).await;
    let ids: Vec<_> = found.channels.iter().map(|channel| channel.channel_id).collect();
    assert!(ids.contains(&tea.channel_id) && !ids.contains(&secret.channel_id), "{ids:?}");
    assert!(bob.channels().await.is_empty(), "to see is not to have joined");
    let seen = bob.channel(tea.channel_id).await;
    assert_eq!(seen.name.as_deref(), Some("tea"));
    // Seen and joined by everyone, read by its members.
    bob.get(&paths::messages(tea.channel_id)).fails(ErrorCode::NotFound).await;
    bob.add(tea.channel_id, &bob).await;
    assert!(bob.history(tea.channel_id).await.is_empty());
}

#[tokio::test]
async fn the_channel_with_the_newest_event_comes_first() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (one, two, three) =
        (ada.room("one", &[]).await, ada.room("two", &[]).await, ada.room("three", &[]).await);
    ada.say(two.channel_id, "hi").await;
    ada.say(three.channel_id, "hi").await;
    ada.say(one.channel_id, "hi").await;
    let names: Vec<_> = ada.channels().await.into_iter().filter_map(|c| c.name).collect();
    assert_eq!(names, ["one", "three", "two"]);
}

#[tokio::test]
async fn a_room_is_renamed_by_its_creator_or_the_owner_and_nobody_else() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, ada, bob, eve) = (&people[0], &people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    let path = paths::channel(room);
    let mut socket = bob.socket().await;
    let rename = json!({ "name": " coffee ", "topic": "Beans" });
    let changed: ChannelInfo = ada.patch(&path).json(&rename).gives(200).await;
    assert_eq!(
        (changed.name.as_deref(), changed.topic.as_deref()),
        (Some("coffee"), Some("Beans"))
    );
    let frame = socket.recv_until(channel_frame).await;
    assert_eq!((frame.channel_id, frame.change), (room, ChannelChange::Updated));
    let told = frame.channel.unwrap();
    assert_eq!(told.name.as_deref(), Some("coffee"));
    assert_eq!((told.read_seq, told.unread, told.mentions), (None, None, None));

    let changed: ChannelInfo = ada.patch(&path).json(&json!({ "topic": "" })).gives(200).await;
    assert_eq!((changed.name.as_deref(), changed.topic), (Some("coffee"), None));
    bob.patch(&path).json(&rename).fails(ErrorCode::Forbidden).await;
    eve.patch(&path).json(&rename).fails(ErrorCode::NotFound).await;
    for bad in [json!({ "name": "" }), json!({ "name": "a\u{200b}" })] {
        let problem = ada.patch(&path).json(&bad).fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/name");
    }
    let shared = ada.room("square", &[owner, eve]).await.channel_id;
    let body = json!({ "name": "market" });
    owner.patch(&paths::channel(shared)).json(&body).gives::<ChannelInfo>(200).await;
    eve.patch(&paths::channel(shared)).json(&body).fails(ErrorCode::Forbidden).await;
    assert_eq!(ada.channel(room).await.name.as_deref(), Some("coffee"));
}

#[tokio::test]
async fn a_direct_conversation_cannot_be_renamed_or_published() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let direct = ada.direct(&bob).await.channel_id;
    for body in [json!({ "name": "us" }), json!({ "visibility": "public" })] {
        ada.patch(&paths::channel(direct)).json(&body).fails(ErrorCode::Conflict).await;
    }
    assert_eq!(ada.channel(direct).await.kind, ChannelKind::Direct);
}

#[tokio::test]
async fn a_deleted_channel_is_gone_for_everyone_and_its_sockets_close() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 3).await;
    let (ada, bob) = (&people[1], &people[2]);
    let room = ada.room("tea", &[bob]).await.channel_id;
    ada.say(room, "hi").await;
    let mut all = bob.socket().await;
    let mut one = bob.join(room, None).await;
    bob.delete(&paths::channel(room)).fails(ErrorCode::Forbidden).await;
    ada.delete(&paths::channel(room)).succeeds().await;

    let frame = all.recv_until(channel_frame).await;
    assert_eq!((frame.change, frame.channel), (ChannelChange::Deleted, None));
    assert_eq!(frame.channel_id, room);
    let code = shared::close_code::NOT_A_MEMBER;
    assert_eq!(one.closed().await, crate::harness::Closed::Code(code));
    all.until_pong().await;
    for client in [ada, bob] {
        for path in [paths::channel(room), paths::messages(room), paths::events(room)] {
            client.get(&path).fails(ErrorCode::NotFound).await;
        }
        assert!(client.channels().await.is_empty());
    }
    let post = ada.post(&paths::messages(room)).json(&json!({ "message": "hi" }));
    post.fails(ErrorCode::NotFound).await;
    ada.delete(&paths::channel(room)).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn a_new_channel_appears_on_open_sockets_of_its_people() {
    let server = TestServer::start().await;
    let (ada, bob, eve) =
        (server.user("ada").await, server.user("bob").await, server.user("eve").await);
    let mut of_bob = bob.socket().await;
    let mut of_eve = eve.socket().await;
    let mut of_ada = ada.socket().await;
    let room = ada.room("tea", &[&bob]).await;
    for socket in [&mut of_bob, &mut of_ada] {
        let frame = socket.recv_until(channel_frame).await;
        assert_eq!((frame.channel_id, frame.change), (room.channel_id, ChannelChange::Created));
        let told = frame.channel.unwrap();
        assert_eq!((told.read_seq, told.unread, told.mentions), (Some(0), Some(0), Some(0)));
        assert_eq!(told.name.as_deref(), Some("tea"));
    }
    ada.say(room.channel_id, "welcome").await;
    assert_eq!(of_bob.text().await, "welcome");
    let heard = of_eve.until_pong().await;
    assert!(
        heard.iter().all(|m| !matches!(m, ServerMessage::Channel(_) | ServerMessage::Message(_)))
    );
}

#[tokio::test]
async fn a_channel_that_does_not_exist_is_answered_like_one_that_is_hidden() {
    let server = TestServer::start().await;
    let (ada, eve) = (server.user("ada").await, server.user("eve").await);
    let hidden = ada.room("tea", &[]).await.channel_id;
    let nowhere = ChannelId(crate::harness::unknown_id());
    for path in [paths::channel, paths::messages, paths::events] {
        let answers = [
            eve.get(&path(hidden)).fails(ErrorCode::NotFound).await,
            eve.get(&path(nowhere)).fails(ErrorCode::NotFound).await,
        ];
        assert_eq!(answers[0], answers[1]);
    }
    for channel in [hidden, nowhere] {
        let path = paths::ws_join_channel(channel, eve.client_id(), None);
        assert_eq!(eve.refused_socket(&path).await.code, ErrorCode::NotFound);
    }
    eve.get("/api/channels/not-a-uuid").fails(ErrorCode::NotFound).await;
}
