//! Which passwords are taken, and what changing one does.

use crate::harness::{Closed, Expect, TestServer};
use serde_json::json;
use shared::api::account::Me;
use shared::{ErrorCode, close_code, paths};

#[tokio::test]
async fn a_password_that_would_be_guessed_is_refused_with_what_to_do() {
    let server = TestServer::start().await;
    for password in ["password1", "PassW0rd", "qwertyuiop", "aaaaaaaa", "grace-2024", "Hubbub 123"]
    {
        let body = json!({ "username": "Grace", "password": password });
        let request = server.stranger().post(paths::USER).json(&body);
        let problem = request.fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/password");
        assert!(problem.errors[0].detail.starts_with("choose another password: "), "{problem:?}");
    }
    let grace = server.user_with_password("Grace", "nanoseconds of wire").await;
    let body = json!({ "password": "sunshine", "currentPassword": "nanoseconds of wire" });
    grace.patch(paths::ME).json(&body).fails(ErrorCode::Invalid).await;
    grace.log_in("nanoseconds of wire").await;
}

#[tokio::test]
async fn a_changed_password_ends_every_other_client_and_its_sockets_at_once() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let (mut here, mut there) = (ada.socket().await, other.socket().await);
    let body = json!({ "password": "another horse", "currentPassword": "correct horse" });
    ada.patch(paths::ME).json(&body).succeeds().await;
    assert_eq!(there.closed().await, Closed::Code(close_code::NOT_LOGGED_IN));
    other.get(paths::ME).fails(ErrorCode::NotLoggedIn).await;
    here.until_pong().await;
    ada.get(paths::ME).gives::<Me>(200).await;
    let lines = super::audit(&server);
    let changes: Vec<_> = lines.iter().filter(|line| line.act == "password_changed").collect();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].by, changes[0].user), (Some(ada.id()), Some(ada.id())));
}

#[tokio::test]
async fn another_shown_name_ends_no_client() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    ada.patch(paths::ME).json(&json!({ "displayName": "Ada L." })).succeeds().await;
    other.get(paths::ME).gives::<Me>(200).await;
}

#[tokio::test]
async fn of_two_who_change_one_password_at_once_the_second_must_know_the_first_ones() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let change = |by: &crate::harness::TestClient, new: &str| {
        let body = json!({ "password": new, "currentPassword": "correct horse" });
        let request = by.patch(paths::ME).json(&body);
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    };
    let (one, two) = (change(&ada, "first new horse"), change(&other, "second new horse"));
    let mut statuses = [one.await.unwrap(), two.await.unwrap()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!([401, 403].contains(&statuses[1]), "{statuses:?}");
}
