//! What every answer tells a browser to be careful about; and that nothing secret gets into the log.

use crate::harness::{Expect, Program, TestClient, TestServer, TestSocket, header, patiently};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use shared::api::account::SignUp;
use shared::{ChannelId, paths};

fn is_careful(answer: &Response, what: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(header(answer, name), value, "{what}: {name}");
    }
    assert!(header(answer, "permissions-policy").contains("geolocation=()"), "{what}");
    let policy = header(answer, "content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
    // The page of the API's document, which is not ours, sets styles from its script.
    let policy = match what.strip_prefix(paths::DOCS) {
        Some(_) => policy.replace("style-src 'self' 'unsafe-inline'", ""),
        None => policy,
    };
    for hole in ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "blob:"] {
        assert!(!policy.contains(hole), "{what}: {hole} in {policy}");
    }
    assert!(!header(answer, "access-control-allow-origin").contains(['*', ':']), "{what}");
    assert_eq!(header(answer, "server"), "", "{what}");
}

#[tokio::test]
async fn every_operation_answers_carefully_and_is_never_cached() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let document: Value = ada.get(paths::OPENAPI).gives(200).await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            // Logging out comes to the same, and would end the client that asks.
            if path == paths::LOGOUT {
                continue;
            }
            let filled = path.replace(['{', '}'], "");
            for client in [&server.stranger(), &ada] {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let request = client.request(method, &filled).json(&json!({}));
                let answer = patiently("an answer", request.send()).await.unwrap();
                let what = format!("{path}: {}", answer.status());
                is_careful(&answer, &what);
                let cache = header(&answer, "cache-control");
                // These are the same for everybody.
                let same = [paths::DOCS, paths::EMOJI].contains(&path.as_str());
                assert!(cache == "no-store" || same, "{what}: {cache}");
                asked += 1;
            }
        }
    }
    assert!(asked > 80, "{asked}");
    for path in ["/api/nothing", "/api/channels/%ff", "/ws/nothing"] {
        let answer = ada.get(path).send().await.unwrap();
        is_careful(&answer, path);
        assert!(header(&answer, "cache-control").contains("no-store"), "{path}");
    }
}

#[tokio::test]
async fn a_page_that_shows_something_private_is_kept_by_no_cache() {
    crate::page::require_bundle();
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("secret-room", &[]).await.channel_id;
    let page = |token: Option<&str>| {
        let request = server.stranger().get(&paths::channel_page(room));
        match token {
            Some(token) => request.header("cookie", format!("hubbub_session={token}")),
            None => request,
        }
    };
    let own = page(Some(ada.token())).send().await.unwrap();
    assert_eq!(header(&own, "cache-control"), "no-store");
    assert!(own.text().await.unwrap().contains("secret-room"));
    let strange = page(None).send().await.unwrap();
    assert_eq!(header(&strange, "cache-control"), "no-store");
    assert!(!strange.text().await.unwrap().contains("secret-room"));
}

#[tokio::test]
async fn a_method_that_a_browser_asks_about_first_is_never_allowed_to_other_origins() {
    let server = TestServer::start().await;
    for path in [paths::ME, paths::CREATE_CHANNEL, paths::LOGIN] {
        let asked = server
            .stranger()
            .request(Method::OPTIONS, path)
            .header("origin", "https://evil.example")
            .header("access-control-request-method", "POST");
        let answer = asked.send().await.unwrap();
        assert_eq!(header(&answer, "access-control-allow-origin"), "", "{path}");
        assert_eq!(header(&answer, "access-control-allow-credentials"), "", "{path}");
    }
}

#[tokio::test]
async fn the_most_talkative_log_holds_no_secret() {
    const PASSWORD: &str = "correct horse battery staple";
    const TEXT: &str = "what nobody else may read";
    let data = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(crate::harness::binary());
    command.args(["--listen", "127.0.0.1:0", "--data", data.path().to_str().unwrap()]);
    // The harness takes the settings of this process away, not those that are made here.
    command.env("HUBBUB_LOG", "trace");
    let mut program = Program::run(command);
    let base = format!("http://{}", program.listening().await);
    let password = Some(PASSWORD.to_owned());
    let sign_up = SignUp { username: "ada".to_owned(), password, ..SignUp::default() };
    let ada = TestClient::sign_up(&base, &sign_up).await;
    let again = ada.log_in(PASSWORD).await;
    let wrong = json!({ "username": "ada", "password": "another secret" });
    let _ = server_answer(&ada, &wrong).await;
    let room = ada.room("tea", &[]).await.channel_id;
    let ticket = ada.ticket().await;
    let path = format!("{}&ticket={ticket}", paths::ws(ada.client_id()));
    let mut socket = TestSocket::open(&base, &path, None).await.unwrap();
    socket.say(room, "n", TEXT).await;
    let missing = paths::channel(ChannelId(crate::harness::unknown_id()));
    let _ = ada.get(&missing).send().await.unwrap();
    let found = format!("{}?q={}", paths::SEARCH, "nobody%20else");
    ada.get(&found).succeeds().await;
    socket.close().await;
    program.terminate();
    program.ended().await;
    let log = program.stderr();
    assert!(log.contains("DEBUG") && log.contains("draining"), "it is the talkative one: {log}");
    for secret in [PASSWORD, "another secret", ada.token(), again.token(), &ticket, TEXT] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(!log.contains("nobody%20else"), "what was searched for is in the log");
}

async fn server_answer(client: &TestClient, body: &Value) -> u16 {
    client.post(paths::LOGIN).json(body).send().await.unwrap().status().as_u16()
}
