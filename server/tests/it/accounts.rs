//! Signing up, logging in, oneself. Tokens, cookies, tickets and clients are in `sessions`.

use crate::harness::{Expect, TestServer, header};
use serde_json::{Value, json};
use shared::api::account::{Me, Session, Setup, SignupPolicy};
use shared::{ErrorCode, Role, UserInfo, limits, paths};

#[tokio::test]
async fn the_first_visitor_becomes_the_owner_and_the_next_a_member() {
    let server = TestServer::start().await;
    let stranger = server.stranger();
    let setup: Setup = stranger.get(paths::SETUP).gives(200).await;
    assert_eq!(setup, Setup { first_visitor: true, signup: SignupPolicy::Open });

    let ada = server.user("ada").await;
    let me: Me = ada.get(paths::ME).gives(200).await;
    assert_eq!((me.user.user_id, me.client_id), (ada.id(), ada.client_id()));
    assert_eq!((me.user.username.as_str(), me.user.display_name.as_str()), ("ada", "ada"));
    assert_eq!((me.user.role, me.has_password), (Role::Owner, false));

    let setup: Setup = stranger.get(paths::SETUP).gives(200).await;
    assert!(!setup.first_visitor);
    let bob = server.user("bob").await;
    assert_eq!(bob.get(paths::ME).gives::<Me>(200).await.user.role, Role::Member);
}

#[tokio::test]
async fn the_answer_to_signing_up_is_the_designs_with_a_token_and_a_cookie() {
    let server = TestServer::start().await;
    let body = json!({ "username": "  Mira Okafor ", "displayName": "Mira", "unknown": [1] });
    let request = server.stranger().post(paths::USER).json(&body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let cookie = header(&answer, "set-cookie");
    for part in ["hubbub_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "a cookie that plain HTTP would not get back: {cookie}");
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let body: Value = answer.json().await.unwrap();
    let mut names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["clientId", "token", "userId", "username"]);
    assert_eq!(body["username"], "Mira Okafor");
    let token = body["token"].as_str().unwrap();
    assert!(token.len() >= 43, "256 bits need 43 characters of base64: {token}");
}

#[tokio::test]
async fn a_name_that_is_taken_or_looks_taken_is_refused() {
    let server = TestServer::start().await;
    server.user("ada").await;
    server.user("Straße").await;
    server.user("ﬁona").await;
    let lookalikes =
        ["ada", "ADA", " Ada ", "ａｄａ", "аda", "аdа", "STRASSE", "strasse", "fiona", "FIONA"];
    for name in lookalikes {
        let request = server.stranger().post(paths::USER).json(&json!({ "username": name }));
        let problem = request.fails(ErrorCode::UsernameTaken).await;
        assert_eq!(problem.kind, "/problems/username-taken");
        assert!(problem.detail.contains("username already exists"), "{problem:?}");
    }
    server.user("adam").await;
    server.user("ad").await;
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let server = TestServer::start().await;
    let asking = (0..12).map(|n| {
        let name = ["ada", "ADA", "Ada"][n % 3];
        let request = server.stranger().post(paths::USER).json(&json!({ "username": name }));
        tokio::spawn(async move { request.send().await.unwrap().status().as_u16() })
    });
    let mut statuses = Vec::new();
    for task in asking.collect::<Vec<_>>() {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(statuses[1..].iter().all(|&status| status == 409), "{statuses:?}");
}

#[tokio::test]
async fn names_that_cannot_be_are_refused_with_a_pointer() {
    let server = TestServer::start().await;
    let long = "x".repeat(limits::USERNAME_MAX_CHARS + 1);
    let bad = ["", "   ", "\u{200b}", "a\u{202e}b", "a\nb", "a\0b", "@ada", "#a", "...", &long];
    for name in bad {
        let request = server.stranger().post(paths::USER).json(&json!({ "username": name }));
        let problem = request.fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, "/username", "{name:?}");
    }
    server.user(&"x".repeat(limits::USERNAME_MAX_CHARS)).await;
    for (field, value, pointer) in [
        ("displayName", "x".repeat(limits::DISPLAY_NAME_MAX_CHARS + 1), "/displayName"),
        ("displayName", "\u{200b}".to_owned(), "/displayName"),
        ("password", "short".to_owned(), "/password"),
        ("password", "x".repeat(limits::PASSWORD_MAX_BYTES + 1), "/password"),
    ] {
        let body = json!({ "username": "somebody", field: value });
        let problem =
            server.stranger().post(paths::USER).json(&body).fails(ErrorCode::Invalid).await;
        assert_eq!(problem.errors[0].pointer, pointer);
    }
    // None of the refused left anything behind: the name is free.
    server.user("somebody").await;
}

#[tokio::test]
async fn logging_in_makes_another_client_of_the_same_user() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let body = json!({ "username": "ADA", "password": "correct horse", "device": "kitchen" });
    let request = server.stranger().post(paths::LOGIN).json(&body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(header(&answer, "set-cookie").contains("hubbub_session="));
    let session: Session = answer.json().await.unwrap();
    assert_eq!((session.user_id, session.username.as_str()), (ada.id(), "ada"));
    assert_ne!(session.client_id, ada.client_id());
    assert_ne!(session.token, ada.token());
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    let server = TestServer::start().await;
    server.user_with_password("ada", "correct horse").await;
    server.user("nopass").await;
    let mut answers = Vec::new();
    let long = "x".repeat(limits::PASSWORD_MAX_BYTES + 1);
    for (name, password) in [
        ("ada", "wrong horse"),
        ("nobody", "correct horse"),
        ("nopass", "correct horse"),
        ("nopass", ""),
        ("ada", ""),
        ("ada", &long),
        ("", "correct horse"),
        ("ada\0", "correct horse"),
    ] {
        let body = json!({ "username": name, "password": password });
        let request = server.stranger().post(paths::LOGIN).json(&body);
        answers.push(request.fails(ErrorCode::BadCredentials).await);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn an_account_without_a_password_gets_one_later() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let body = json!({ "password": "correct horse" });
    let me: Me = ada.patch(paths::ME).json(&body).gives(200).await;
    assert!(me.has_password);
    let again = ada.log_in("correct horse").await;
    assert_eq!(again.id(), ada.id());
    assert!(again.get(paths::ME).gives::<Me>(200).await.has_password);
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_it() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    for body in [
        json!({ "password": "another horse" }),
        json!({ "password": "another horse", "currentPassword": "guessed horse" }),
    ] {
        let answer = ada.patch(paths::ME).json(&body).send().await.unwrap();
        assert!([401, 403, 422].contains(&answer.status().as_u16()), "{answer:?}");
    }
    ada.log_in("correct horse").await;
    let body = json!({ "password": "another horse", "currentPassword": "correct horse" });
    ada.patch(paths::ME).json(&body).succeeds().await;
    let body = json!({ "username": "ada", "password": "correct horse" });
    server.stranger().post(paths::LOGIN).json(&body).fails(ErrorCode::BadCredentials).await;
    ada.log_in("another horse").await;
}

#[tokio::test]
async fn the_shown_name_is_changed_and_what_is_left_out_stays() {
    let server = TestServer::start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let body = json!({ "displayName": " Ada L. " });
    let me: Me = ada.patch(paths::ME).json(&body).gives(200).await;
    assert_eq!(me.user.display_name, "Ada L.");
    let me: Me = ada.patch(paths::ME).json(&json!({})).gives(200).await;
    assert_eq!((me.user.display_name.as_str(), me.user.username.as_str()), ("Ada L.", "ada"));
    let seen: UserInfo = bob.get(&paths::user(ada.id())).gives(200).await;
    assert_eq!(seen.display_name, "Ada L.");
    let problem =
        ada.patch(paths::ME).json(&json!({ "displayName": "" })).fails(ErrorCode::Invalid).await;
    assert_eq!(problem.errors[0].pointer, "/displayName");
}

#[tokio::test]
async fn sign_up_follows_the_policy_and_the_first_account_always_may() {
    for (policy, code, word) in [
        ("invite", ErrorCode::InviteNeeded, SignupPolicy::Invite),
        ("closed", ErrorCode::SignupClosed, SignupPolicy::Closed),
    ] {
        let server = TestServer::with(&["--signup", policy]).await;
        let owner = server.user("owner").await;
        assert_eq!(owner.get(paths::ME).gives::<Me>(200).await.user.role, Role::Owner);
        let setup: Setup = server.stranger().get(paths::SETUP).gives(200).await;
        assert_eq!(setup, Setup { first_visitor: false, signup: word });
        for body in [json!({ "username": "bob" }), json!({ "username": "bob", "invite": "guess" })]
        {
            server.stranger().post(paths::USER).json(&body).fails(code).await;
        }
    }
}

#[tokio::test]
async fn accounts_outlive_the_process() {
    let mut server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    server.kill();
    server.start_again().await;
    let me: Me = ada.get(paths::ME).gives(200).await;
    assert_eq!((me.user.user_id, me.user.role), (ada.id(), Role::Owner));
    ada.log_in("correct horse").await;
    let setup: Setup = server.stranger().get(paths::SETUP).gives(200).await;
    assert!(!setup.first_visitor);
}
