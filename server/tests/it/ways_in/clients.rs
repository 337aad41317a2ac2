//! Logging out everywhere.

use crate::harness::{Closed, Expect, TestServer, header};
use shared::api::account::{Clients, Me};
use shared::{ErrorCode, close_code, paths};

#[tokio::test]
async fn logging_out_everywhere_ends_all_clients_with_their_sockets() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let (other, bob) = (ada.log_in("correct horse").await, server.user("bob").await);
    let (mut here, mut there) = (ada.socket().await, other.socket().await);
    let mut his = bob.socket().await;
    let answer = ada.delete(paths::CLIENTS).succeeds().await;
    assert!(header(&answer, "set-cookie").contains("Max-Age=0"), "the cookie is cleared");
    for socket in [&mut here, &mut there] {
        assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    }
    for client in [&ada, &other] {
        client.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    }
    his.until_pong().await;
    let lines = super::audit(&server);
    let line = lines.last().unwrap();
    assert_eq!((line.act.as_str(), line.by), ("clients_ended", Some(ada.id())));
}

#[tokio::test]
async fn all_others_can_be_logged_out() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let (mut here, mut there) = (ada.socket().await, other.socket().await);
    let path = format!("{}?others=true", paths::CLIENTS);
    let answer = ada.delete(&path).succeeds().await;
    assert_eq!(header(&answer, "set-cookie"), "");
    assert_eq!(there.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    here.until_pong().await;
    ada.get(paths::ME).gives::<Me>(200).await;
    let list: Clients = ada.get(paths::CLIENTS).gives(200).await;
    assert_eq!(list.clients.len(), 1);
    let wrong = format!("{}?others=perhaps", paths::CLIENTS);
    ada.delete(&wrong).fails(ErrorCode::Malformed).await;
    ada.get(paths::ME).gives::<Me>(200).await;
}
