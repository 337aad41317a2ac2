//! Links to a new password: who may make them, and that each works once, in time, for one.

use crate::harness::{Closed, Expect, TestClient, TestServer, header};
use serde_json::json;
use shared::api::account::{Me, Session};
use shared::api::resets::Reset;
use shared::{ErrorCode, close_code, paths};

async fn reset(by: &TestClient, of: &TestClient) -> Reset {
    by.post(&paths::user_reset(of.id())).gives(201).await
}

async fn is_dead(server: &TestServer, code: &str) {
    let with = |code: &str| {
        let body = json!({ "code": code, "password": "a new horse" });
        server.stranger().post(paths::RESET).json(&body)
    };
    let dead = with(code).fails(ErrorCode::NotFound).await;
    assert_eq!(dead, with("unknown").fails(ErrorCode::NotFound).await);
}

#[tokio::test]
async fn a_link_sets_a_new_password_once_and_ends_every_client() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bob = server.user_with_password("bob", "forgotten horse").await;
    let mut socket = bob.socket().await;
    let link = reset(&ada, &bob).await;
    assert!(link.code.len() >= 43, "256 bits need 43 characters of base64");
    assert_eq!(link.url, format!("/reset/{}", link.code));
    bob.get(paths::ME).gives::<Me>(200).await;

    let refused = json!({ "code": link.code, "password": "bob12345" });
    server.stranger().post(paths::RESET).json(&refused).fails(ErrorCode::Invalid).await;
    let body = json!({ "code": link.code, "password": "a new horse" });
    let answer = server.stranger().post(paths::RESET).json(&body).succeeds().await;
    assert!(header(&answer, "set-cookie").contains("hubbub_session="));
    let session: Session = answer.json().await.unwrap();
    assert_eq!((session.user_id, session.username.as_str()), (bob.id(), "bob"));
    assert_eq!(socket.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    bob.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    let again = server.stranger().with(session);
    again.get(paths::ME).gives::<Me>(200).await;
    bob.log_in("a new horse").await;
    let old = json!({ "username": "bob", "password": "forgotten horse" });
    server.stranger().post(paths::LOGIN).json(&old).fails(ErrorCode::BadCredentials).await;
    is_dead(&server, &link.code).await;

    let lines = super::audit(&server);
    let told = |act: &str| {
        let line = lines.iter().find(|line| line.act == act).unwrap();
        assert!(!line.detail.contains(&link.code));
        (line.by, line.user)
    };
    assert_eq!(told("reset_created"), (Some(ada.id()), Some(bob.id())));
    assert_eq!(told("reset_used"), (Some(bob.id()), Some(bob.id())));
}

#[tokio::test]
async fn another_link_or_another_password_ends_a_link() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let bob = server.user_with_password("bob", "correct horse").await;
    let first = reset(&ada, &bob).await;
    let second = reset(&ada, &bob).await;
    is_dead(&server, &first.code).await;
    // Whoever knows the old password can't end the link by logging in with it.
    bob.log_in("correct horse").await;
    let body = json!({ "password": "another horse", "currentPassword": "correct horse" });
    bob.patch(paths::ME).json(&body).succeeds().await;
    is_dead(&server, &second.code).await;
}

#[tokio::test]
async fn of_many_who_use_one_link_at_once_one_sets_the_password() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let link = reset(&ada, &bob).await;
    let using = (0..6).map(|n| {
        let body = json!({ "code": link.code, "password": format!("horse number {n}") });
        let request = server.stranger().post(paths::RESET).json(&body);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut statuses = Vec::new();
    for task in using.collect::<Vec<_>>() {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404, 404, 404, 404]);
}

#[tokio::test]
async fn only_the_owner_and_admins_make_links_and_admins_none_for_the_owner() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let (admin, bob) = (server.user("admin").await, server.user("bob").await);
    bob.post(&paths::user_reset(ada.id())).fails(ErrorCode::Forbidden).await;
    let nobody = shared::UserId(uuid::Uuid::from_u128(7));
    let known = bob.post(&paths::user_reset(admin.id())).fails(ErrorCode::Forbidden).await;
    let unknown = bob.post(&paths::user_reset(nobody)).fails(ErrorCode::Forbidden).await;
    assert_eq!(known, unknown);
    ada.post(&paths::user_reset(nobody)).fails(ErrorCode::NotFound).await;
    server.terminate().await;
    let database = rusqlite::Connection::open(server.database()).unwrap();
    database.execute("UPDATE users SET role = 2 WHERE username = 'admin'", []).unwrap();
    drop(database);
    server.start_again().await;
    admin.post(&paths::user_reset(ada.id())).fails(ErrorCode::Forbidden).await;
    reset(&admin, &bob).await;
    reset(&ada, &ada).await;
}

#[tokio::test]
async fn a_link_that_is_a_day_old_holds_no_more_and_is_stored_as_its_hash() {
    let mut server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let link = reset(&ada, &bob).await;
    server.terminate().await;
    let stored = server.stored_bytes();
    assert!(!stored.windows(link.code.len()).any(|bytes| bytes == link.code.as_bytes()));
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let held: i64 = database
        .query_row("SELECT expires_at - created_at FROM resets", [], |row| row.get(0))
        .unwrap();
    assert_eq!(held, 24 * 3_600_000);
    database.execute("UPDATE resets SET expires_at = expires_at - ?1", [held]).unwrap();
    drop(database);
    server.start_again().await;
    is_dead(&server, &link.code).await;
}
