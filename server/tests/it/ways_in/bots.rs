//! Bots: users that come in with tokens alone.

use super::with_token;
use crate::harness::{Closed, Expect, TestClient, TestServer};
use serde_json::json;
use shared::api::tokens::{Bot, Bots, NewApiToken};
use shared::{ErrorCode, close_code, paths};

async fn bot(by: &TestClient, name: &str) -> Bot {
    by.post(paths::BOTS).json(&json!({ "username": name })).gives(201).await
}

async fn token(server: &TestServer, by: &TestClient, bot: &Bot) -> TestClient {
    let body = json!({ "name": "its token", "scopes": ["read", "write"] });
    let made: NewApiToken = by.post(&paths::bot_tokens(bot.user_id)).json(&body).gives(201).await;
    with_token(server, bot.user_id, &bot.username, made)
}

#[tokio::test]
async fn a_bot_talks_with_its_token_and_never_logs_in() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let made = bot(&ada, "deploys").await;
    assert!(made.bot && made.created_by == ada.id() && made.tokens.is_empty());
    let script = token(&server, &ada, &made).await;
    let room = ada.room("ops", &[&script]).await.channel_id;
    let mut socket = ada.socket().await;
    script.say(room, "deployed").await;
    assert_eq!(socket.text().await, "deployed");
    assert_eq!(ada.history(room).await[0].user_id, made.user_id);

    for password in ["", "deploys", "correct horse"] {
        let body = json!({ "username": "deploys", "password": password });
        server.stranger().post(paths::LOGIN).json(&body).fails(ErrorCode::BadCredentials).await;
    }
    let body = json!({ "password": "correct horse" });
    script.patch(paths::ME).json(&body).fails(ErrorCode::Forbidden).await;
    ada.post(&paths::user_reset(made.user_id)).fails(ErrorCode::Conflict).await;

    let list: Bots = ada.get(paths::BOTS).gives(200).await;
    assert_eq!(list.bots.len(), 1);
    assert_eq!(list.bots[0].tokens[0].token_id, script.client_id());
    ada.delete(&paths::token(script.client_id())).succeeds().await;
    script.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
}

#[tokio::test]
async fn a_bot_that_is_removed_ends_at_once_and_what_it_said_stays() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let made = bot(&ada, "deploys").await;
    let script = token(&server, &ada, &made).await;
    let room = ada.room("ops", &[&script]).await.channel_id;
    script.say(room, "deployed").await;
    let mut socket = script.socket().await;
    ada.delete(&paths::bot(made.user_id)).succeeds().await;
    assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    script.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    assert_eq!(ada.history(room).await.len(), 1);
    assert_eq!(ada.get(paths::BOTS).gives::<Bots>(200).await.bots, []);
    ada.delete(&paths::bot(made.user_id)).fails(ErrorCode::NotFound).await;
    let body = json!({ "name": "again", "scopes": ["read"] });
    let again = ada.post(&paths::bot_tokens(made.user_id)).json(&body);
    again.fails(ErrorCode::NotFound).await;
    // Nobody can pass for it.
    let body = json!({ "username": "deploys" });
    server.stranger().post(paths::USER).json(&body).fails(ErrorCode::UsernameTaken).await;
    let acts: Vec<_> = super::audit(&server).into_iter().map(|line| line.act).collect();
    assert_eq!(acts[1..], ["bot_created", "token_created", "bot_removed"]);
}

#[tokio::test]
async fn only_who_is_in_charge_manages_bots_and_people_are_none() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let made = bot(&ada, "deploys").await;
    let body = json!({ "name": "x", "scopes": ["read"] });
    bob.post(paths::BOTS).json(&json!({ "username": "his" })).fails(ErrorCode::Forbidden).await;
    bob.get(paths::BOTS).fails(ErrorCode::Forbidden).await;
    bob.delete(&paths::bot(made.user_id)).fails(ErrorCode::Forbidden).await;
    let token = bob.post(&paths::bot_tokens(made.user_id)).json(&body);
    token.fails(ErrorCode::Forbidden).await;
    ada.post(&paths::bot_tokens(bob.id())).json(&body).fails(ErrorCode::NotFound).await;
    ada.delete(&paths::bot(bob.id())).fails(ErrorCode::NotFound).await;
    for (name, code) in [
        ("bob", ErrorCode::UsernameTaken),
        ("BOB", ErrorCode::UsernameTaken),
        ("", ErrorCode::Invalid),
    ] {
        ada.post(paths::BOTS).json(&json!({ "username": name })).fails(code).await;
    }
}
