//! The program itself: its flags, its directory, its end.

use crate::harness::{Expect, Program, RawHttp, TestServer, header};
use serde_json::Value;
use shared::{ErrorCode, paths};
use std::process::Command;

async fn refused(args: &[&str]) -> String {
    let mut program = Program::start(args);
    let said = program.try_listening().await;
    assert!(said.as_ref().is_err_and(String::is_empty), "{args:?}: {said:?}");
    let status = program.ended().await;
    assert!(status.code().is_some_and(|code| code != 0), "{args:?}: {status}");
    let told = program.stderr();
    assert!(!told.contains("panicked"), "{told}");
    assert!(!told.trim().is_empty(), "{args:?}: it says why");
    told
}

#[tokio::test]
async fn it_prints_one_line_once_it_serves_and_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let mut program = Program::start(&["serve", "--listen", "127.0.0.1:0", "--data", path]);
    let address = program.listening().await;
    assert_ne!(address.port(), 0);
    assert!(address.ip().is_loopback());
    // No retry: the line says that it serves.
    let answer = reqwest::get(format!("http://{address}{}", paths::HEALTHZ)).await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    program.terminate();
    assert_eq!(program.ended().await.code(), Some(0));
    assert_eq!(program.more_stdout(), "");
}

#[tokio::test]
async fn settings_come_from_the_environment_too_and_flags_win() {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new("env");
    command
        .arg(format!("HUBBUB_DATA={}", data.path().display()))
        .args(["HUBBUB_LISTEN=127.0.0.1:1", "HUBBUB_SIGNUP=closed"])
        .arg(crate::harness::binary())
        .args(["--listen", "127.0.0.1:0"]);
    let mut program = Program::run(command);
    let address = program.listening().await;
    let setup: Value = reqwest::get(format!("http://{address}{}", paths::SETUP))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(setup["signup"], "closed");
    assert!(data.path().read_dir().unwrap().count() > 0);
}

#[tokio::test]
async fn sigint_ends_it_with_status_0_too_and_at_once_when_idle() {
    let mut server = TestServer::start().await;
    server.program().signal(rustix::process::Signal::INT);
    assert_eq!(server.program().ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_request_under_way_at_sigterm_is_answered() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut http = RawHttp::connect(&server).await;
    let body = r#"{"message":"in time"}"#;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{{",
        paths::messages(room),
        ada.token(),
        body.len()
    );
    http.write(head.as_bytes()).await;
    // The server has the head by the time it has answered another request on another connection.
    ada.get(paths::ME).gives::<Value>(200).await;
    server.program().terminate();
    http.write(&body.as_bytes()[1..]).await;
    let answer = http.answer().await;
    let status = answer.as_ref().map(|answer| answer.status);
    assert!(matches!(status, Some(201 | 503)), "{answer:?}");
    assert_eq!(server.program().ended().await.code(), Some(0));
    server.start_again().await;
    let kept = ada.history(room).await.len();
    assert_eq!(kept, usize::from(status == Some(201)), "kept if and only if it said so");
}

#[tokio::test]
async fn a_second_process_on_the_same_directory_is_refused_and_the_first_goes_on() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let path = server.data().to_str().unwrap();
    let told = refused(&["--listen", "127.0.0.1:0", "--data", path]).await;
    assert!(told.contains("in use"), "{told}");
    ada.room("tea", &[]).await;
}

#[tokio::test]
async fn a_directory_of_a_newer_version_is_refused_with_a_clear_message() {
    let mut server = TestServer::start().await;
    let ada = server.user("ada").await;
    assert_eq!(server.terminate().await.code(), Some(0));
    let database = rusqlite::Connection::open(server.database()).unwrap();
    let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert!(version > 0, "the schema's version is kept in user_version");
    database.pragma_update(None, "user_version", version + 1).unwrap();
    drop(database);
    let path = server.data().to_str().unwrap();
    let told = refused(&["--listen", "127.0.0.1:0", "--data", path]).await;
    assert!(told.contains("newer"), "{told}");
    let database = rusqlite::Connection::open(server.database()).unwrap();
    database.pragma_update(None, "user_version", version).unwrap();
    drop(database);
    server.start_again().await;
    ada.get(paths::ME).gives::<Value>(200).await;
}

#[tokio::test]
async fn a_directory_that_is_no_database_is_refused_and_left_as_it_is() {
    let mut server = TestServer::start().await;
    assert_eq!(server.terminate().await.code(), Some(0));
    let file = server.database();
    std::fs::write(&file, "these are somebody's notes, and no database at all\n".repeat(100))
        .unwrap();
    let before = std::fs::read(&file).unwrap();
    let path = server.data().to_str().unwrap();
    refused(&["--listen", "127.0.0.1:0", "--data", path]).await;
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn limits_are_switched_off_on_loopback_alone() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let told = refused(&["--listen", listen, "--data", path, "--limits", "off"]).await;
        assert!(told.contains("loopback"), "{told}");
    }
}

#[tokio::test]
async fn flags_that_cannot_be_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    for args in [
        &["--frobnicate"][..],
        &["--listen", "nonsense"],
        &["--listen", "127.0.0.1:99999"],
        &["--signup", "maybe"],
        &["--limits", "maybe"],
        &["frobnicate"],
    ] {
        refused(&[&["--data", path], args].concat()).await;
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = refused(&["--listen", &address, "--data", path]).await;
    assert!(told.contains(&address), "it names the address: {told}");
    refused(&["--listen", "127.0.0.1:0", "--data", "/dev/null/x"]).await;
}

#[tokio::test]
async fn off_loopback_sign_up_needs_an_invite_unless_said_otherwise() {
    for (args, signup) in
        [(&[][..], "invite"), (&["--signup", "open"], "open"), (&["--signup", "closed"], "closed")]
    {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().to_str().unwrap();
        let args = [&["--listen", "0.0.0.0:0", "--data", path], args].concat();
        let mut program = Program::start(&args);
        let port = program.listening().await.port();
        let url = format!("http://127.0.0.1:{port}{}", paths::SETUP);
        let setup: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        assert_eq!(setup["signup"], signup);
    }
}

#[tokio::test]
async fn many_wrong_passwords_are_slowed_down_where_limits_are_on() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let mut program = Program::start(&["--listen", "127.0.0.1:0", "--data", path]);
    let url = format!("http://{}", program.listening().await);
    let stranger = crate::harness::TestClient::stranger(&url);
    let body = serde_json::json!({ "username": "ada", "password": "guess" });
    for _ in 0..200 {
        let answer = stranger.post(paths::LOGIN).json(&body).send().await.unwrap();
        if answer.status().as_u16() == 429 {
            let wait: u64 = header(&answer, "retry-after").parse().expect("seconds to wait");
            assert!(wait > 0);
            assert!(!header(&answer, "ratelimit").is_empty(), "{answer:?}");
            let problem: shared::Problem = answer.json().await.unwrap();
            assert_eq!(problem.code, ErrorCode::RateLimited);
            return;
        }
        assert_eq!(answer.status().as_u16(), 401);
    }
    panic!("200 wrong passwords in a row and no limit");
}

#[tokio::test]
async fn health_readiness_and_figures_are_told() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let _socket = ada.socket().await;
    ada.say(room, "hi").await;
    let stranger = server.stranger();
    for path in [paths::HEALTHZ, paths::READYZ] {
        assert_eq!(stranger.get(path).send().await.unwrap().status().as_u16(), 200);
    }
    let answer = stranger.get(paths::METRICS).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "from loopback");
    assert!(header(&answer, "content-type").starts_with("text/plain"));
    let text = answer.text().await.unwrap();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(name.starts_with("hubbub_") || name.starts_with("process_"), "{line}");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    for secret in ["ada", &ada.id().to_string(), &room.to_string()] {
        assert!(!text.contains(secret), "figures name nobody: {text}");
    }
}
