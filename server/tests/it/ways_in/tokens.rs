//! Tokens of the API: what each may do, and that it ends when it should.

use super::with_token;
use crate::harness::{Closed, Expect, TestClient, TestServer, said};
use serde_json::{Value, json};
use shared::api::account::{Clients, Me, Ticket};
use shared::api::tokens::{ApiTokens, NewApiToken, Scope};
use shared::{ClientMessage, ErrorCode, Ping, ServerMessage, close_code, limits, paths};

async fn token(server: &TestServer, of: &TestClient, body: Value) -> TestClient {
    let made: NewApiToken = of.post(paths::TOKENS).json(&body).gives(201).await;
    with_token(server, of.id(), of.name(), made)
}

async fn scoped(server: &TestServer, of: &TestClient, scopes: &[&str]) -> TestClient {
    token(server, of, json!({ "name": "script", "scopes": scopes })).await
}

#[tokio::test]
async fn a_token_that_may_read_reads_and_changes_nothing() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let message = ada.say(room, "hi").await.message_id;
    let reader = scoped(&server, &ada, &["read"]).await;
    assert_eq!(reader.get(paths::ME).gives::<Me>(200).await.user.user_id, ada.id());
    assert_eq!(reader.history(room).await.len(), 1);

    let text = json!({ "message": "no" });
    for request in [
        reader.post(&paths::messages(room)).json(&text),
        reader.patch(&paths::message(room, message)).json(&text),
        reader.delete(&paths::message(room, message)),
        reader.put(&paths::reaction(room, message, "👍")),
        reader.put(&paths::read(room)).json(&json!({ "seq": 1 })),
        reader.post(paths::CREATE_CHANNEL).json(&json!({ "userIds": [], "name": "x" })),
        reader.delete(&paths::channel(room)),
        reader.patch(paths::ME).json(&json!({ "displayName": "Eve" })),
        reader.post(paths::INVITES).json(&json!({})),
        reader.post(paths::UPLOADS),
    ] {
        let problem = request.fails(ErrorCode::Forbidden).await;
        assert!(problem.detail.contains("`write`"), "{problem:?}");
    }
    assert_eq!(ada.history(room).await, reader.history(room).await);
    assert_eq!(ada.channel(room).await.read_seq, Some(1));
}

#[tokio::test]
async fn a_socket_of_a_token_that_may_only_read_hears_and_may_not_speak() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (room, open) = (ada.room("tea", &[]).await, ada.public_room("open", &[]).await);
    let room = room.channel_id;
    let reader = scoped(&server, &ada, &["read"]).await;
    let ticket = reader.post(paths::TICKET).gives::<Ticket>(201).await.ticket;
    let path = format!("{}&ticket={ticket}", paths::ws(reader.client_id()));
    let mut socket = reader.socket_at(&path).await;
    socket.send(&said(room, "n1", "no")).await;
    let rejected = socket.rejected().await;
    assert_eq!((rejected.code, rejected.nonce.as_deref()), (ErrorCode::Forbidden, Some("n1")));
    socket.send(&ClientMessage::Ping(Ping { at: 7 })).await;
    let pong = |message: &ServerMessage| matches!(message, ServerMessage::Pong(_)).then_some(());
    socket.recv_until(pong).await;
    ada.say(room, "only hers").await;
    assert_eq!(socket.text().await, "only hers");
    assert_eq!(ada.history(room).await.len(), 1);

    // Joining a public channel by opening its socket is a change, too.
    let bob = server.user("bob").await;
    let his = scoped(&server, &bob, &["read"]).await;
    let path = paths::ws_join_channel(open.channel_id, his.client_id(), None);
    assert_eq!(his.refused_socket(&path).await.code, ErrorCode::Forbidden);
    let writer = scoped(&server, &bob, &["read", "write"]).await;
    writer.join(open.channel_id, None).await;
}

#[tokio::test]
async fn a_token_that_may_only_write_reads_nothing() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let writer = scoped(&server, &ada, &["write"]).await;
    writer.say(room, "from a script").await;
    for path in [paths::ME.to_owned(), paths::messages(room), paths::CHANNELS.to_owned()] {
        let problem = writer.get(&path).fails(ErrorCode::Forbidden).await;
        assert!(problem.detail.contains("`read`"), "{problem:?}");
    }
    let path = paths::ws(writer.client_id());
    assert_eq!(writer.refused_socket(&path).await.code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn no_token_makes_tokens_changes_passwords_or_ends_clients() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bob = server.user("bob").await;
    let all = scoped(&server, &ada, &["read", "write", "admin"]).await;
    let wanted = json!({ "name": "more", "scopes": ["read"] });
    for request in [
        all.post(paths::TOKENS).json(&wanted),
        all.get(paths::TOKENS),
        all.delete(&paths::token(all.client_id())),
        all.patch(paths::ME).json(&json!({ "password": "a stolen horse" })),
        all.get(paths::CLIENTS),
        all.delete(paths::CLIENTS),
        all.delete(&paths::client(ada.client_id())),
        all.post(&paths::user_reset(bob.id())),
        all.post(&paths::bot_tokens(bob.id())).json(&wanted),
    ] {
        let problem = request.fails(ErrorCode::Forbidden).await;
        assert!(problem.detail.contains("no token may"), "{problem:?}");
    }
    assert!(!ada.get(paths::ME).gives::<Me>(200).await.has_password);
    all.patch(paths::ME).json(&json!({ "displayName": "Ada L." })).succeeds().await;
    // It may end itself.
    all.post(paths::LOGOUT).succeeds().await;
    all.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn without_its_scope_a_token_of_the_owner_administers_nothing() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (plain, admin) = (
        scoped(&server, &ada, &["read", "write"]).await,
        scoped(&server, &ada, &["read", "write", "admin"]).await,
    );
    for request in
        [plain.get(paths::BOTS), plain.post(paths::BOTS).json(&json!({ "username": "bot" }))]
    {
        let problem = request.fails(ErrorCode::Forbidden).await;
        assert!(problem.detail.contains("`admin`"), "{problem:?}");
    }
    admin.get(paths::BOTS).succeeds().await;
    // The scope gives no rights that the user does not have.
    let bob = server.user("bob").await;
    let his = scoped(&server, &bob, &["read", "write", "admin"]).await;
    his.get(paths::BOTS).fails(ErrorCode::Forbidden).await;
}

#[tokio::test]
async fn a_token_is_listed_told_once_and_ends_with_its_sockets_when_it_is_taken_back() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let script = scoped(&server, &ada, &["write", "read", "read"]).await;
    let list: ApiTokens = ada.get(paths::TOKENS).gives(200).await;
    assert_eq!(list.tokens.len(), 1);
    assert_eq!(list.tokens[0].token_id, script.client_id());
    assert_eq!(list.tokens[0].scopes, [Scope::Read, Scope::Write]);
    assert_eq!((list.tokens[0].name.as_str(), list.tokens[0].expires_at), ("script", None));
    let devices: Clients = ada.get(paths::CLIENTS).gives(200).await;
    assert_eq!(devices.clients.len(), 1, "a token is no device");
    bob.delete(&paths::token(script.client_id())).fails(ErrorCode::NotFound).await;
    ada.delete(&paths::token(ada.client_id())).fails(ErrorCode::NotFound).await;

    let mut socket = script.socket().await;
    ada.delete(&paths::token(script.client_id())).succeeds().await;
    assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    script.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    let acts: Vec<_> = super::audit(&server).into_iter().map(|line| line.act).collect();
    assert_eq!(acts[2..], ["token_created", "token_revoked"]);
    server.terminate().await;
    let stored = server.stored_bytes();
    let secret = script.token().as_bytes();
    assert!(!stored.windows(secret.len()).any(|bytes| bytes == secret));
}

#[tokio::test]
async fn a_token_expires_and_its_open_socket_closes() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let body = json!({ "name": "short", "scopes": ["read"], "expiresInSeconds": 2 });
    let short = token(&server, &ada, body).await;
    let mut socket = short.socket().await;
    assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    short.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    let list: ApiTokens = ada.get(paths::TOKENS).gives(200).await;
    assert_eq!(list.tokens, []);
}

#[tokio::test]
async fn another_password_ends_tokens_too() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let script = scoped(&server, &ada, &["read"]).await;
    ada.patch(paths::ME).json(&json!({ "password": "correct horse" })).succeeds().await;
    script.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn what_is_against_the_bounds_is_refused_with_its_place() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    for (body, pointer) in [
        (json!({ "name": "", "scopes": ["read"] }), "/name"),
        (json!({ "name": "x".repeat(81), "scopes": ["read"] }), "/name"),
        (json!({ "name": "x", "scopes": [] }), "/scopes"),
        (json!({ "name": "x", "scopes": ["root"] }), "/scopes/0"),
        (json!({ "name": "x", "scopes": ["read"], "expiresInSeconds": 0 }), "/expiresInSeconds"),
    ] {
        let problem = ada.post(paths::TOKENS).json(&body).fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    for _ in 0..limits::TOKENS_PER_USER_MAX {
        scoped(&server, &ada, &["read"]).await;
    }
    let body = json!({ "name": "x", "scopes": ["read"] });
    ada.post(paths::TOKENS).json(&body).fails(ErrorCode::Conflict).await;
    // Tokens push no device out.
    ada.get(paths::ME).gives::<Me>(200).await;
}
