//! What proves who is asking: Bearer tokens, the cookie and its origin rule, tickets; and the list
//! of one's clients, from which each can be ended.

use crate::harness::{Closed, Expect, Refusal, TestClient, TestServer, TestSocket, header};
use serde_json::json;
use shared::api::account::{Clients, Me};
use shared::{ErrorCode, close_code, paths};

async fn cookie_of(server: &TestServer, name: &str) -> String {
    let request = server.stranger().post(paths::USER).json(&json!({ "username": name }));
    let answer = request.send().await.unwrap();
    header(&answer, "set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_is_not_logged_in_is_told_so_everywhere() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("room", &[]).await.channel_id;
    let stranger = server.stranger();
    let gets = [
        paths::ME.to_owned(),
        paths::CLIENTS.to_owned(),
        paths::USERS.to_owned(),
        paths::user(ada.id()),
        paths::CHANNELS.to_owned(),
        paths::channel(room),
        paths::messages(room),
        paths::events(room),
    ];
    for path in gets {
        stranger.get(&path).fails(ErrorCode::NotLoggedIn).await;
        for wrong in ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "nonsense"] {
            let request = stranger.get(&path).header("authorization", wrong);
            request.fails(ErrorCode::NotLoggedIn).await;
        }
    }
    for path in [paths::LOGOUT, paths::TICKET] {
        stranger.post(path).fails(ErrorCode::NotLoggedIn).await;
    }
    let body = json!({ "userIds": [] });
    stranger.post(paths::CREATE_CHANNEL).json(&body).fails(ErrorCode::NotLoggedIn).await;
    for path in [paths::ws(ada.client_id()), paths::ws_join_channel(room, ada.client_id(), None)] {
        assert_eq!(stranger.refused_socket(&path).await.code, ErrorCode::NotLoggedIn);
    }
}

#[tokio::test]
async fn a_token_is_stored_only_as_its_hash() {
    let mut server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse battery").await;
    let ticket = ada.ticket().await;
    ada.get(paths::ME).gives::<Me>(200).await;
    server.kill();
    let stored = server.stored_bytes();
    let holds = |text: &str| stored.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("ada"), "the names are there, so this looks in the right place");
    for secret in [ada.token(), "correct horse battery", &ticket] {
        assert!(!holds(secret), "{secret} is in the data directory");
    }
}

#[tokio::test]
async fn logging_out_ends_the_token_and_closes_the_clients_sockets() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let room = ada.room("room", &[]).await.channel_id;
    let mut all = ada.socket().await;
    let mut one = ada.join(room, None).await;
    let mut of_other = other.socket().await;

    let answer = ada.post(paths::LOGOUT).succeeds().await;
    let cookie = header(&answer, "set-cookie");
    assert!(cookie.contains("hubbub_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(all.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    assert_eq!(one.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    ada.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;

    of_other.until_pong().await;
    other.get(paths::ME).gives::<Me>(200).await;
}

#[tokio::test]
async fn a_client_is_listed_and_revoked_from_another() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let body = json!({ "username": "ada", "password": "correct horse", "device": "kitchen" });
    let session = server.stranger().post(paths::LOGIN).json(&body).gives(200).await;
    let kitchen = ada.with(session);

    let list: Clients = ada.get(paths::CLIENTS).gives(200).await;
    let seen: Vec<_> = list.clients.iter().map(|c| (c.client_id, c.current)).collect();
    assert_eq!(seen, [(kitchen.client_id(), false), (ada.client_id(), true)]);
    assert_eq!(list.clients[0].device, "kitchen");

    let mut socket = kitchen.socket().await;
    ada.delete(&paths::client(kitchen.client_id())).succeeds().await;
    assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    kitchen.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    assert_eq!(
        kitchen.refused_socket(&paths::ws(kitchen.client_id())).await.code,
        ErrorCode::NotLoggedIn
    );
    let list: Clients = ada.get(paths::CLIENTS).gives(200).await;
    assert_eq!(list.clients.len(), 1);
    ada.delete(&paths::client(kitchen.client_id())).fails(ErrorCode::NotFound).await;
}

#[tokio::test]
async fn somebody_elses_client_cannot_be_seen_or_revoked() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    bob.delete(&paths::client(ada.client_id())).fails(ErrorCode::NotFound).await;
    ada.get(paths::ME).gives::<Me>(200).await;
    let list: Clients = bob.get(paths::CLIENTS).gives(200).await;
    assert_eq!(list.clients.len(), 1);
}

#[tokio::test]
async fn a_client_id_names_the_client_and_never_authenticates_it() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let ada_too = ada.log_in("correct horse").await;
    let bob = server.user("bob").await;
    let room = bob.room("room", &[&ada]).await.channel_id;
    for foreign in [ada.client_id(), ada_too.client_id()] {
        for path in [paths::ws(foreign), paths::ws_join_channel(room, foreign, None)] {
            assert_eq!(bob.refused_socket(&path).await.code, ErrorCode::NotYourClient);
        }
    }
    let problem = ada.refused_socket(&paths::ws(ada_too.client_id())).await;
    assert_eq!(problem.code, ErrorCode::NotYourClient);
    for path in ["/api/ws?clientId=nonsense", "/ws/join_channel?clientId="] {
        assert_eq!(ada.refused_socket(path).await.code, ErrorCode::Malformed, "{path}");
    }
}

#[tokio::test]
async fn the_cookie_logs_in_and_only_changes_from_the_same_origin_count() {
    let server = TestServer::start().await;
    let cookie = cookie_of(&server, "ada").await;
    let stranger = server.stranger();
    let me: Me = stranger.get(paths::ME).header("cookie", &cookie).gives(200).await;
    assert_eq!(me.user.username, "ada");

    let post = |headers: &[(&str, &str)]| {
        let body = json!({ "userIds": [], "name": "room" });
        let request = stranger.post(paths::CREATE_CHANNEL).header("cookie", &cookie).json(&body);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    for foreign in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
    ] {
        post(foreign).fails(ErrorCode::CrossOrigin).await;
    }
    let answer = post(&[("origin", &server.url())]).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let own = server.url();
    let answer = post(&[("origin", &own), ("sec-fetch-site", "same-origin")]).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    // Reading is no change: the browser itself keeps the answer from a foreign page.
    let read = stranger.get(paths::CHANNELS).header("cookie", &cookie);
    let list: shared::api::channels::Channels =
        read.header("origin", "https://evil.example").gives(200).await;
    assert_eq!(list.channels.len(), 2);
}

#[tokio::test]
async fn a_foreign_page_can_neither_sign_up_nor_log_in_nor_out() {
    let server = TestServer::start().await;
    let cookie = cookie_of(&server, "ada").await;
    let foreign = ("origin", "https://evil.example");
    let stranger = server.stranger();
    let out = stranger.post(paths::LOGOUT).header("cookie", &cookie).header(foreign.0, foreign.1);
    out.fails(ErrorCode::CrossOrigin).await;
    stranger.get(paths::ME).header("cookie", &cookie).gives::<Me>(200).await;
}

#[tokio::test]
async fn a_bearer_token_has_no_origin_rule() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let body = json!({ "userIds": [], "name": "room" });
    let request = ada.post(paths::CREATE_CHANNEL).header("origin", "https://app.example");
    request.json(&body).gives::<shared::ChannelInfo>(201).await;
    let bearer = format!("Bearer {}", ada.token());
    let headers = [("authorization", bearer.as_str()), ("origin", "https://app.example")];
    let path = paths::ws(ada.client_id());
    assert!(TestSocket::open_with(ada.base(), &path, &headers).await.is_ok());
}

#[tokio::test]
async fn a_socket_with_the_cookie_must_come_from_the_same_origin() {
    let server = TestServer::start().await;
    let cookie = cookie_of(&server, "ada").await;
    let me: Me = server.stranger().get(paths::ME).header("cookie", &cookie).gives(200).await;
    let path = paths::ws(me.client_id);
    let (url, own) = (server.url(), server.url());
    for foreign in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let headers = [("cookie", cookie.as_str()), ("origin", foreign)];
        let refusal = TestSocket::open_with(&url, &path, &headers).await.err().unwrap();
        assert_eq!(refusal.problem().code, ErrorCode::CrossOrigin);
    }
    let headers = [("cookie", cookie.as_str())];
    let refusal = TestSocket::open_with(&url, &path, &headers).await.err().unwrap();
    assert_eq!(refusal.problem().code, ErrorCode::CrossOrigin, "no Origin at all");
    let headers = [("cookie", cookie.as_str()), ("origin", own.as_str())];
    let socket = TestSocket::open_with(&url, &path, &headers).await.unwrap();
    assert_eq!(socket.welcome.user_id, me.user.user_id);
}

#[tokio::test]
async fn a_ticket_opens_one_socket_once_and_nothing_else() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bob = server.user("bob").await;
    let room = ada.room("room", &[]).await.channel_id;
    let with = |path: String, ticket: &str| format!("{path}&ticket={ticket}");
    let open = async |path: String| TestSocket::open(ada.base(), &path, None).await;

    let ticket = ada.ticket().await;
    let path = with(paths::ws_join_channel(room, ada.client_id(), None), &ticket);
    let socket = open(path.clone()).await.unwrap();
    assert_eq!(socket.welcome.client_id, ada.client_id());
    let again = open(path).await.err().unwrap();
    assert_eq!(again.problem().code, ErrorCode::NotLoggedIn);

    let ticket = ada.ticket().await;
    let foreign = open(with(paths::ws(bob.client_id()), &ticket)).await.err().unwrap();
    assert_eq!(foreign.problem().code, ErrorCode::NotYourClient);

    let ticket = ada.ticket().await;
    let query = format!("{}?ticket={ticket}", paths::ME);
    server.stranger().get(&query).fails(ErrorCode::NotLoggedIn).await;
    let bearer = server.stranger().get(paths::ME).bearer_auth(&ticket);
    bearer.fails(ErrorCode::NotLoggedIn).await;

    let made_up = open(with(paths::ws(ada.client_id()), "made-up")).await.err().unwrap();
    assert_eq!(made_up.problem().code, ErrorCode::NotLoggedIn);
}

#[tokio::test]
async fn a_ticket_dies_with_its_client() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let ticket = other.ticket().await;
    ada.delete(&paths::client(other.client_id())).succeeds().await;
    let path = format!("{}&ticket={ticket}", paths::ws(other.client_id()));
    // Before the upgrade or right after it: no `welcome` is ever said to it.
    let refusal = TestSocket::open(ada.base(), &path, None).await.err().unwrap();
    let closed = Closed::Code(close_code::NOT_LOGGED_IN);
    match refusal {
        Refusal::Answer { status, .. } => assert_eq!(status, 401),
        Refusal::Closed(code) => assert_eq!(code, closed),
        Refusal::Nobody(_) => panic!("{refusal}"),
    }
}

#[tokio::test]
async fn the_list_of_clients_survives_a_restart_and_so_does_a_revocation() {
    let mut server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other: TestClient = ada.log_in("correct horse").await;
    let third = ada.log_in("correct horse").await;
    ada.delete(&paths::client(other.client_id())).succeeds().await;
    server.kill();
    server.start_again().await;
    other.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    let list: Clients = ada.get(paths::CLIENTS).gives(200).await;
    let ids: Vec<_> = list.clients.iter().map(|client| client.client_id).collect();
    assert_eq!(ids, [third.client_id(), ada.client_id()]);
}
