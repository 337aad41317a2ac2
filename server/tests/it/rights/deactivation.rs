//! Accounts that are put out of use: they end at once, and what they said stays.

use super::{ROLES, make, refusal};
use crate::harness::{Closed, Expect, Refusal, TestClient, TestServer, TestSocket, everyone, said};
use serde_json::json;
use shared::api::account::{Me, SignUp, Users};
use shared::api::channels::CreateChannel;
use shared::{ClientId, ErrorCode, Role, UserInfo, close_code, paths};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn accounts_are_put_out_of_use_and_back_by_who_may() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 5).await;
    let (owner, admin, member, guest, whom) =
        (&people[0], &people[1], &people[2], &people[3], &people[4]);
    make(owner, admin, Role::Admin).await;
    make(owner, guest, Role::Guest).await;
    let askers = [(Role::Owner, owner), (Role::Admin, admin), (Role::Member, member)];
    for (asks, by) in askers.into_iter().chain([(Role::Guest, guest)]) {
        for of in ROLES {
            let target = if of == Role::Owner { owner } else { whom };
            if of != Role::Owner {
                make(owner, whom, of).await;
            }
            let expected = match (asks, of) {
                (Role::Member | Role::Guest, _) => Some(ErrorCode::Forbidden),
                (_, Role::Owner) => Some(ErrorCode::Conflict),
                (Role::Admin, Role::Admin) => Some(ErrorCode::Forbidden),
                _ => None,
            };
            for method in [reqwest::Method::PUT, reqwest::Method::DELETE] {
                let request = by.request(method.clone(), &paths::deactivation(target.id()));
                assert_eq!(refusal(request).await, expected, "{asks:?} {method} {of:?}");
            }
        }
    }
    for (by, code) in [(admin, ErrorCode::Forbidden), (owner, ErrorCode::Conflict)] {
        by.put(&paths::deactivation(by.id())).fails(code).await;
    }
    owner.get(paths::ME).gives::<Me>(200).await;
    admin.get(paths::ME).gives::<Me>(200).await;
}

#[tokio::test]
async fn everything_of_a_deactivated_user_ends_at_once() {
    let mut server = TestServer::start().await;
    let owner = server.user("owner").await;
    let bob = server.user_with_password("bob", PASSWORD).await;
    let phone = bob.log_in(PASSWORD).await;
    let room = owner.room("tea", &[&bob]).await.channel_id;
    let direct = owner.direct(&bob).await.channel_id;
    bob.say(room, "still here").await;
    bob.say(direct, "between us").await;
    let mut sockets = [bob.socket().await, phone.socket().await, phone.join(room, None).await];
    let ticket = bob.ticket().await;
    // It wrote a moment before, so that where it stands is remembered.
    sockets[0].say(room, "just-now", "just now").await;

    for _ in 0..2 {
        owner.put(&paths::deactivation(bob.id())).succeeds().await;
    }
    for mut socket in sockets {
        assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    }
    for client in [&bob, &phone] {
        client.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
        client.get(&paths::messages(room)).fails(ErrorCode::NotLoggedIn).await;
    }
    for path in [paths::WS.to_owned(), format!("{}?channelId={room}", paths::WS_JOIN_CHANNEL)] {
        let sign = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{sign}ticket={ticket}");
        match TestSocket::open(&server.url(), &path, None).await {
            Err(Refusal::Answer { status: 401, .. }) => {}
            Err(Refusal::Closed(closed)) => {
                assert_eq!(closed, Closed::Code(close_code::NOT_LOGGED_IN));
            }
            Err(other) => panic!("{path}: {other}"),
            Ok(_) => panic!("{path} was opened"),
        }
    }
    log_in_fails(&server, "bob", PASSWORD).await;
    // What it said stays, and its name is shown and taken.
    let texts = |messages: Vec<shared::ChatMessage>| {
        messages.into_iter().map(|message| message.message).collect::<Vec<_>>()
    };
    assert_eq!(texts(owner.history(room).await), ["still here", "just now"]);
    assert_eq!(texts(owner.history(direct).await), ["between us"]);
    assert_eq!(owner.direct(&bob).await.channel_id, direct, "it is the one that there is");
    let began = std::time::Instant::now();
    loop {
        let user: UserInfo = owner.get(&paths::user(bob.id())).gives(200).await;
        assert_eq!(user.username, "bob");
        if !user.online {
            break;
        }
        assert!(began.elapsed() < crate::harness::PATIENCE, "its sockets are gone");
    }
    let again = SignUp { username: "Bob".into(), ..SignUp::default() };
    server.stranger().post(paths::USER).json(&again).fails(ErrorCode::UsernameTaken).await;

    server.kill();
    server.start_again().await;
    log_in_fails(&server, "bob", PASSWORD).await;
    bob.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    owner.delete(&paths::deactivation(bob.id())).succeeds().await;
    bob.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    let back = bob.log_in(PASSWORD).await;
    back.say(room, "back").await;
    assert_ne!(back.client_id(), ClientId(uuid::Uuid::nil()));
}

async fn log_in_fails(server: &TestServer, name: &str, password: &str) {
    let body = json!({ "username": name, "password": password });
    let known = server.stranger().post(paths::LOGIN).json(&body);
    let known = known.fails(ErrorCode::BadCredentials).await;
    let body = json!({ "username": "nobody", "password": password });
    let unknown = server.stranger().post(paths::LOGIN).json(&body);
    assert_eq!(known, unknown.fails(ErrorCode::BadCredentials).await);
}

#[tokio::test]
async fn a_log_in_to_a_deactivated_account_takes_as_long_as_a_wrong_password() {
    let server = TestServer::start().await;
    let owner = server.user("owner").await;
    let bob = server.user_with_password("bob", PASSWORD).await;
    owner.put(&paths::deactivation(bob.id())).succeeds().await;
    let time = async |name: &str| {
        let mut best = std::time::Duration::MAX;
        for _ in 0..4 {
            let body = json!({ "username": name, "password": PASSWORD });
            let before = std::time::Instant::now();
            let request = server.stranger().post(paths::LOGIN).json(&body);
            request.fails(ErrorCode::BadCredentials).await;
            best = best.min(before.elapsed());
        }
        best
    };
    let (known, unknown) = (time("bob").await, time("nobody").await);
    // Both compare a password, which takes tens of milliseconds; a shortcut would take one or two.
    assert!(known * 3 > unknown && unknown * 3 > known, "{known:?} and {unknown:?}");
}

#[tokio::test]
async fn nobody_puts_a_deactivated_user_into_a_channel() {
    let server = TestServer::start().await;
    let people = everyone(&server, "p", 4).await;
    let (owner, ada, bob, eve) = (&people[0], &people[1], &people[2], &people[3]);
    let room = ada.room("tea", &[eve]).await.channel_id;
    let with_bob = ada.room("with bob", &[bob]).await.channel_id;
    owner.put(&paths::deactivation(bob.id())).succeeds().await;
    ada.put(&paths::member(room, bob.id())).fails(ErrorCode::Conflict).await;
    ada.add(with_bob, bob).await;
    let create = |user_ids, name: Option<&str>| {
        let name = name.map(str::to_owned);
        let wanted = CreateChannel { user_ids, name, ..CreateChannel::default() };
        ada.post(paths::CREATE_CHANNEL).json(&wanted)
    };
    for request in
        [create(vec![eve.id(), bob.id()], Some("new")), create(vec![eve.id(), bob.id()], None)]
    {
        let problem = request.fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/userIds/1");
    }
    let problem = create(vec![bob.id()], None).fails(ErrorCode::Invalid).await;
    assert!(problem.errors[0].detail.contains("deactivated"), "{problem:?}");
    let found: Users = ada.get(&format!("{}?query=p3", paths::USERS)).gives(200).await;
    assert_eq!(found.users.len(), 1, "still shown");
}

/// Of many frames that are sent while the account is put out of use, some are stored before, and
/// none after.
#[tokio::test]
async fn no_frame_slips_past_a_deactivation() {
    let server = TestServer::start().await;
    let (owner, bob): (TestClient, TestClient) =
        (server.user("owner").await, server.user("bob").await);
    let room = owner.room("tea", &[&bob]).await.channel_id;
    let mut socket = bob.socket().await;
    let deactivate = async {
        owner.put(&paths::deactivation(bob.id())).succeeds().await;
        owner.channel(room).await.head_seq
    };
    let write = async {
        for n in 0..2_000 {
            if socket.try_send(&said(room, &format!("n-{n}"), "x")).await.is_err() {
                break;
            }
        }
        socket.closed().await
    };
    let (head, _) = tokio::join!(deactivate, write);
    assert_eq!(owner.channel(room).await.head_seq, head, "nothing was stored after it");
}

#[tokio::test]
async fn what_a_deactivated_user_gave_out_opens_nothing() {
    let server = TestServer::start().await;
    let owner = server.user("owner").await;
    let bob = server.user_with_password("bob", PASSWORD).await;
    let invite = bob.post(paths::INVITES).json(&json!({}));
    let invite: serde_json::Value = invite.gives(201).await;
    let token = json!({ "name": "script", "scopes": ["read", "write", "admin"] });
    let token: serde_json::Value = bob.post(paths::TOKENS).json(&token).gives(201).await;
    let reset: serde_json::Value = owner.post(&paths::user_reset(bob.id())).gives(201).await;
    owner.put(&paths::deactivation(bob.id())).succeeds().await;

    let code = invite["code"].as_str().unwrap();
    server.stranger().get(&paths::invite(code)).fails(ErrorCode::NotFound).await;
    let stranger = server.stranger();
    let with_token = stranger.get(paths::ME).bearer_auth(token["token"].as_str().unwrap());
    with_token.fails(ErrorCode::NotLoggedIn).await;
    let new = json!({ "code": reset["code"], "password": "another horse battery" });
    stranger.post(paths::RESET).json(&new).fails(ErrorCode::NotFound).await;
    log_in_fails(&server, "bob", "another horse battery").await;
}
