//! Invites: who may make them, what they bring, and that none is used more often than it may be.

use crate::harness::{Expect, TestClient, TestServer, patiently};
use serde_json::{Value, json};
use shared::api::account::{Me, Session};
use shared::api::audit::Act;
use shared::api::invites::{Invite, InviteFace, Invites};
use shared::{ErrorCode, Role, ServerMessage, limits, paths};

async fn invite(by: &TestClient, body: Value) -> Invite {
    by.post(paths::INVITES).json(&body).gives(201).await
}

async fn come_in(server: &TestServer, name: &str, code: &str) -> TestClient {
    let body = json!({ "username": name, "invite": code });
    let session: Session = server.stranger().post(paths::USER).json(&body).gives(201).await;
    server.stranger().with(session)
}

async fn is_dead(server: &TestServer, code: &str) {
    let stranger = server.stranger();
    let face = stranger.get(&paths::invite(code)).fails(ErrorCode::NotFound).await;
    let unknown = stranger.get(&paths::invite("unknown")).fails(ErrorCode::NotFound).await;
    assert_eq!(face, unknown, "what holds no more answers like what never did");
    let body = json!({ "username": "late", "invite": code });
    stranger.post(paths::USER).json(&body).fails(ErrorCode::InviteNeeded).await;
}

#[tokio::test]
async fn an_invite_tells_who_sent_it_and_leads_into_its_channels_with_its_role() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let (tea, garden) = (ada.room("tea", &[]).await, ada.public_room("garden", &[]).await);
    let mut socket = ada.socket().await;
    let body = json!({ "channelIds": [tea.channel_id, garden.channel_id], "role": "guest" });
    let made = invite(&ada, body).await;
    assert!(made.code.len() >= 22, "128 bits need 22 characters of base64: {}", made.code);
    assert_eq!(made.url, format!("/invite/{}", made.code));
    assert_eq!((made.created_by, made.role, made.used_count), (Some(ada.id()), Role::Guest, 0));
    let holds = (made.expires_at.unwrap().0 - made.created_at.0) / 1000;
    assert_eq!(holds.cast_unsigned(), limits::INVITE_DEFAULT_SECONDS);

    let face: InviteFace = server.stranger().get(&paths::invite(&made.code)).gives(200).await;
    assert_eq!((face.invited_by.as_deref(), face.role), (Some("ada"), Role::Guest));
    assert_eq!((face.code, face.expires_at), (made.code.clone(), made.expires_at));

    let bob = come_in(&server, "bob", &made.code).await;
    let me: Me = bob.get(paths::ME).gives(200).await;
    assert_eq!(me.user.role, Role::Guest);
    let mut names: Vec<_> = bob.channels().await.into_iter().filter_map(|c| c.name).collect();
    names.sort();
    assert_eq!(names, ["garden", "tea"]);
    // Who was there already is told, live, and what is said from now on reaches the new one.
    let joined = |message: &ServerMessage| match message {
        ServerMessage::Member(m) if m.user_id == bob.id() => Some(m.channel_id),
        _ => None,
    };
    socket.recv_until(joined).await;
    ada.say(tea.channel_id, "welcome").await;
    assert_eq!(bob.history(tea.channel_id).await.last().unwrap().message, "welcome");

    let list: Invites = ada.get(paths::INVITES).gives(200).await;
    assert_eq!(list.invites, [Invite { used_count: 1, ..made }]);
}

#[tokio::test]
async fn what_is_used_up_expired_taken_back_or_unknown_answers_alike() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let once = invite(&ada, json!({ "uses": 1 })).await;
    come_in(&server, "bob", &once.code).await;
    is_dead(&server, &once.code).await;

    let revoked = invite(&ada, json!({})).await;
    ada.delete(&paths::invite(&revoked.code)).succeeds().await;
    is_dead(&server, &revoked.code).await;
    ada.delete(&paths::invite(&revoked.code)).fails(ErrorCode::NotFound).await;

    let short = invite(&ada, json!({ "expiresInSeconds": 1 })).await;
    patiently("the invite to expire", async {
        let url = paths::invite(&short.code);
        while server.stranger().get(&url).send().await.unwrap().status() == 200 {}
    })
    .await;
    is_dead(&server, &short.code).await;
    is_dead(&server, "unknown").await;
    is_dead(&server, &"x".repeat(4000)).await;
    let list: Invites = ada.get(paths::INVITES).gives(200).await;
    assert_eq!(list.invites, []);
}

#[tokio::test]
async fn of_fifty_who_come_at_once_exactly_as_many_get_in_as_the_invite_counts() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let tea = ada.room("tea", &[]).await;
    let made = invite(&ada, json!({ "uses": 10, "channelIds": [tea.channel_id] })).await;
    let coming = (0..50).map(|n| {
        let body = json!({ "username": format!("user{n}"), "invite": made.code });
        let request = server.stranger().post(paths::USER).json(&body);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut statuses = Vec::new();
    for task in coming.collect::<Vec<_>>() {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[..10], [201; 10]);
    assert_eq!(statuses[10..], [403; 40]);
    assert_eq!(ada.channel(tea.channel_id).await.user_ids.len(), 11);
    is_dead(&server, &made.code).await;
}

#[tokio::test]
async fn a_refused_sign_up_uses_nothing_up() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let made = invite(&ada, json!({ "uses": 1 })).await;
    let body = json!({ "username": "ADA", "invite": made.code });
    server.stranger().post(paths::USER).json(&body).fails(ErrorCode::UsernameTaken).await;
    let body = json!({ "username": "bob", "password": "short", "invite": made.code });
    server.stranger().post(paths::USER).json(&body).fails(ErrorCode::Invalid).await;
    come_in(&server, "bob", &made.code).await;
}

#[tokio::test]
async fn guests_invite_nobody_and_others_see_only_their_own_invites() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let (as_guest, as_member) =
        (invite(&ada, json!({ "role": "guest" })).await, invite(&ada, json!({})).await);
    let guest = come_in(&server, "guest", &as_guest.code).await;
    let bob = come_in(&server, "bob", &as_member.code).await;
    guest.post(paths::INVITES).json(&json!({})).fails(ErrorCode::Forbidden).await;
    let bobs = invite(&bob, json!({})).await;
    let list: Invites = bob.get(paths::INVITES).gives(200).await;
    assert_eq!(list.invites, std::slice::from_ref(&bobs));
    let all: Invites = ada.get(paths::INVITES).gives(200).await;
    assert_eq!(all.invites.len(), 3, "the owner sees everybody's");
    bob.delete(&paths::invite(&as_member.code)).fails(ErrorCode::NotFound).await;
    ada.delete(&paths::invite(&bobs.code)).succeeds().await;
    is_dead(&server, &bobs.code).await;
}

#[tokio::test]
async fn an_invite_leads_only_where_who_made_it_may_add_people() {
    let server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let bob = come_in(&server, "bob", &invite(&ada, json!({})).await.code).await;
    let (hers, his) = (ada.room("hers", &[]).await, bob.room("his", &[]).await);
    let direct = bob.direct(&ada).await;
    let ids = json!([his.channel_id, hers.channel_id, direct.channel_id]);
    let request = bob.post(paths::INVITES).json(&json!({ "channelIds": ids }));
    let problem = request.fails(ErrorCode::Invalid).await;
    let pointers: Vec<_> = problem.errors.iter().map(|place| place.pointer.as_str()).collect();
    assert_eq!(pointers, ["/channelIds/1", "/channelIds/2"]);

    // Who leaves a channel leads nobody there any more; the rest of the invite holds.
    let both = ada.room("both", &[&bob]).await;
    let body = json!({ "channelIds": [both.channel_id, his.channel_id] });
    let made = invite(&bob, body).await;
    bob.remove(both.channel_id, &bob).await;
    let carol = come_in(&server, "carol", &made.code).await;
    let names: Vec<_> = carol.channels().await.into_iter().filter_map(|c| c.name).collect();
    assert_eq!(names, ["his"]);
}

#[tokio::test]
async fn what_is_against_the_bounds_is_refused_with_its_place() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    for (body, pointer) in [
        (json!({ "expiresInSeconds": 0 }), "/expiresInSeconds"),
        (json!({ "expiresInSeconds": limits::INVITE_MAX_SECONDS + 1 }), "/expiresInSeconds"),
        (json!({ "uses": 0 }), "/uses"),
        (json!({ "uses": limits::INVITE_USES_MAX + 1 }), "/uses"),
        (json!({ "role": "owner" }), "/role"),
        (json!({ "role": "admin" }), "/role"),
        (json!({ "channelIds": vec![ada.id(); 51] }), "/channelIds"),
    ] {
        let problem = ada.post(paths::INVITES).json(&body).fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    for _ in 0..limits::INVITES_PER_USER_MAX {
        invite(&ada, json!({})).await;
    }
    ada.post(paths::INVITES).json(&json!({})).fails(ErrorCode::Conflict).await;
    let closed = TestServer::with(&["--signup", "closed"]).await;
    let owner = closed.user("owner").await;
    owner.post(paths::INVITES).json(&json!({})).fails(ErrorCode::Conflict).await;
}

#[tokio::test]
async fn every_invite_is_written_down_without_its_code() {
    let mut server = TestServer::with(&["--signup", "invite"]).await;
    let ada = server.user("ada").await;
    let made = invite(&ada, json!({ "uses": 3 })).await;
    let bob = come_in(&server, "bob", &made.code).await;
    ada.delete(&paths::invite(&made.code)).succeeds().await;
    server.terminate().await;
    let lines = super::audit(&server);
    let acts: Vec<_> = lines.iter().map(|line| line.act.as_str()).collect();
    let expected = [Act::SignedUp, Act::InviteCreated, Act::SignedUp, Act::InviteRevoked];
    assert_eq!(acts, expected.map(Act::as_str));
    assert_eq!((lines[1].by, lines[2].by), (Some(ada.id()), Some(bob.id())));
    assert_eq!(lines[2].user, Some(bob.id()));
    assert!(lines[2].detail.contains(&ada.id().to_string()), "{}", lines[2].detail);
    assert!(lines.iter().all(|line| !line.detail.contains(&made.code)));
}

#[tokio::test]
async fn the_page_of_an_invite_is_the_entrance() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let made = invite(&ada, json!({})).await;
    let answer = server.stranger().get(&made.url).send().await.unwrap();
    // Built without its page, the server says so; it never says that there is nothing here.
    assert!([200, 503].contains(&answer.status().as_u16()), "{answer:?}");
}
