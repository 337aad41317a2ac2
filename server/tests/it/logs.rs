//! The log: what it tells, how, and what it never tells.

use crate::harness::{Expect, Program, TestClient, TestServer, binary, said};
use serde_json::{Value, json};
use shared::api::account::Session;
use shared::api::invites::Invite;
use shared::api::resets::Reset;
use shared::api::tokens::NewApiToken;
use shared::{ErrorCode, Timestamp, paths};
use std::process::Command;

const PASSWORD: &str = "correct horse of ada";
const WRONG: &str = "a guess of eve's";
const NEW: &str = "another horse of ada";
const TEXT: &str = "the launch is on tuesday";
const SOUGHT: &str = "tuesday";

/// Does everything with this server that is done with secrets; each of those that may stand in no
/// line.
async fn secrets(server: &TestServer) -> Vec<String> {
    let mut secrets: Vec<String> = [PASSWORD, WRONG, NEW, TEXT, SOUGHT].map(str::to_owned).into();
    let owner = server.user("owner").await;
    let invite: Invite = owner.post(paths::INVITES).json(&json!({})).gives(201).await;
    let guest = server.stranger();
    guest.get(&paths::invite(&invite.code)).gives::<Value>(200).await;
    guest.get(&paths::invite_page(&invite.code)).send().await.unwrap();
    guest.get(&format!("/elsewhere/{}", invite.code)).send().await.unwrap();
    let sign_up = json!({ "username": "ada", "password": PASSWORD, "invite": invite.code });
    let session: Session = guest.post(paths::USER).json(&sign_up).gives(201).await;
    let ada = guest.with(session);
    let wrong = json!({ "username": "ada", "password": WRONG });
    guest.post(paths::LOGIN).json(&wrong).fails(ErrorCode::BadCredentials).await;
    let other = ada.log_in(PASSWORD).await;
    let ticket = other.ticket().await;
    let room = ada.room("tea", &[]).await.channel_id;
    let path = format!("{}&ticket={ticket}", paths::ws(other.client_id()));
    let mut socket = other.socket_at(&path).await;
    socket.send(&said(room, "n1", TEXT)).await;
    socket.ack("n1").await;
    ada.get(&paths::search(SOUGHT, &[])).send().await.unwrap();
    let body = json!({ "name": "script", "scopes": ["read"] });
    let token: NewApiToken = ada.post(paths::TOKENS).json(&body).gives(201).await;
    with_token(&ada, &token).get(paths::ME).gives::<Value>(200).await;
    let reset: Reset = owner.post(&paths::user_reset(ada.id())).gives(201).await;
    guest.get(&paths::reset_page(&reset.code)).send().await.unwrap();
    let body = json!({ "code": reset.code, "password": NEW });
    let again: Session = guest.post(paths::RESET).json(&body).gives(200).await;
    for client in [&owner, &ada, &other, &guest.with(again)] {
        secrets.push(client.token().to_owned());
    }
    secrets.extend([invite.code, ticket, token.token, reset.code]);
    secrets
}

fn with_token(of: &TestClient, made: &NewApiToken) -> TestClient {
    of.with(Session {
        user_id: of.id(),
        client_id: made.info.token_id,
        username: of.name().to_owned(),
        token: made.token.clone(),
    })
}

#[tokio::test]
async fn nothing_secret_is_logged_however_much_is_and_every_request_is() {
    let mut server = TestServer::with(&["--log", "trace", "--log-format", "json"]).await;
    let secrets = secrets(&server).await;
    assert_eq!(secrets.len(), 13);
    server.terminate().await;
    let log = server.program().stderr();
    for secret in secrets {
        assert!(secret.len() > 5);
        let found = log.lines().find(|line| line.contains(&secret));
        assert_eq!(found, None, "{secret} is in the log");
    }
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &lines {
        let at = line["timestamp"].as_str().unwrap();
        assert!(Timestamp::parse(at).is_ok() && at.len() == "2026-11-25T09:00:00.000Z".len());
    }
    let asked: Vec<String> = lines
        .iter()
        .filter(|line| line["message"] == "request")
        .map(|line| {
            assert_eq!(line["level"], "DEBUG");
            assert!(line["ms"].as_f64().is_some_and(|ms| ms >= 0.0));
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            format!("{} {} {}", text("method"), text("route"), line["status"])
        })
        .collect();
    for request in [
        "POST /api/user 201",
        "POST /api/login 401",
        "POST /api/login 200",
        "GET /api/invites/{code} 200",
        "GET /api/ws 101",
        "GET elsewhere",
    ] {
        assert!(
            asked.iter().any(|other| other.starts_with(request)),
            "{request} is not in {asked:#?}"
        );
    }
    assert_eq!(asked.iter().filter(|other| *other == "POST /api/login 401").count(), 1);
}

#[tokio::test]
async fn by_default_changes_of_state_are_told_and_requests_are_not() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    ada.get(paths::ME).gives::<Value>(200).await;
    server.terminate().await;
    let log = server.program().stderr();
    let told = |what: &str| log.lines().find(|line| line.contains(what)).map(str::to_owned);
    for what in ["listening", "signed up", "draining", "ended"] {
        let line = told(what).unwrap_or_else(|| panic!("{what} is not in {log}"));
        assert!(line.contains(" INFO "), "{line}");
        let at = line.split(' ').next().unwrap();
        assert!(Timestamp::parse(at).is_ok(), "{line} begins with the time");
    }
    assert!(told("signed up").unwrap().contains(&ada.id().to_string()));
    assert!(!log.contains("DEBUG") && !log.contains("/api/me"), "{log}");
    assert!(!log.contains('\u{1b}'), "no colours where nobody looks");
}

#[tokio::test]
async fn a_log_can_be_off_and_a_wrong_filter_is_refused() {
    let mut server = TestServer::with(&["--log", "off"]).await;
    server.user("ada").await;
    server.terminate().await;
    assert_eq!(server.program().stderr(), "");

    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    for args in [&["--log", "loud"][..], &["--log", "info,x=loud"], &["--log-format", "xml"]] {
        let mut program = Program::start(&[&["--data", path], args].concat());
        assert!(program.try_listening().await.is_err());
        assert!(!program.ended().await.success());
        let why = program.stderr();
        assert!(why.contains(args[0]) && why.contains(args[1]), "{why}");
    }
    let output = Command::new(binary())
        .args(["config", "--data", path])
        .env("HUBBUB_LOG", "loud")
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("trace"));
    assert_eq!(data.path().read_dir().unwrap().count(), 0, "nothing was made");
}
