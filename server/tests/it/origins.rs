//! Where requests may come from: who is known by a cookie must come from our own pages, on every
//! route that changes something; and a page that has a name of its own lead to this machine is not
//! our own.

use crate::harness::{Expect, TestServer, TestSocket, header, patiently};
use reqwest::Method;
use serde_json::{Value, json};
use shared::api::account::Me;
use shared::{ErrorCode, Problem, paths};

const OTHERS: [&[(&str, &str)]; 12] = [
    &[],
    &[("origin", "null")],
    &[("origin", "https://evil.example")],
    &[("origin", "http://127.0.0.1")],
    &[("origin", "http://127.0.0.1:1")],
    &[("origin", "http://localhost:3000")],
    &[("origin", "file://")],
    &[("origin", "")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "Same-Origin")],
    &[("sec-fetch-site", "")],
];

async fn cookie_of(server: &TestServer, name: &str) -> String {
    let request = server.stranger().post(paths::USER).json(&json!({ "username": name }));
    let answer = request.send().await.unwrap();
    header(&answer, "set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn with_a_cookie_every_change_must_come_from_our_own_page() {
    let server = TestServer::start().await;
    let cookie = cookie_of(&server, "ada").await;
    let stranger = server.stranger();
    let document: Value = stranger.get(paths::OPENAPI).gives(200).await;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            // What is open to everybody has no cookie to misuse; those that log in are below.
            let open = operation["security"].as_array().is_some_and(|list| list[0] == json!({}));
            if method == "get" || open {
                continue;
            }
            let unknown = crate::harness::unknown_id().to_string();
            let mut filled = path.clone();
            while let Some((before, rest)) = filled.clone().split_once('{') {
                filled = format!("{before}{unknown}{}", rest.split_once('}').unwrap().1);
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            for headers in OTHERS {
                let request = stranger.request(method.clone(), &filled).header("cookie", &cookie);
                let request =
                    headers.iter().fold(request.json(&json!({})), |r, (k, v)| r.header(*k, *v));
                let answer = patiently("an answer", request.send()).await.unwrap();
                let status = answer.status().as_u16();
                let problem: Problem = answer.json().await.unwrap();
                assert_eq!(
                    (status, problem.code),
                    (403, ErrorCode::CrossOrigin),
                    "{method} {path} {headers:?}"
                );
                asked += 1;
            }
        }
    }
    assert!(asked >= 25 * OTHERS.len(), "{asked}");
    stranger.get(paths::ME).header("cookie", &cookie).gives::<Me>(200).await;
}

#[tokio::test]
async fn with_a_cookie_a_socket_must_come_from_our_own_page() {
    let server = TestServer::start().await;
    let cookie = cookie_of(&server, "ada").await;
    for path in [
        paths::WS.to_owned(),
        format!("{}?channelId={}", paths::WS_JOIN_CHANNEL, crate::harness::unknown_id()),
    ] {
        for others in OTHERS {
            let headers: Vec<_> =
                others.iter().copied().chain([("cookie", cookie.as_str())]).collect();
            let refusal =
                TestSocket::open_with(&server.url(), &path, &headers).await.err().unwrap();
            assert_eq!(refusal.problem().code, ErrorCode::CrossOrigin, "{others:?}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_origin_signs_nobody_up_and_logs_nobody_in() {
    let server = TestServer::start().await;
    server.user_with_password("ada", "correct horse").await;
    for path in [paths::USER, paths::LOGIN] {
        let body = json!({ "username": "ada", "password": "correct horse" });
        // Scripts send neither header; everything else that is not ours is refused.
        for headers in OTHERS.into_iter().filter(|headers| !headers.is_empty()) {
            let request = server.stranger().post(path).json(&body);
            let request = headers.iter().fold(request, |r, (k, v)| r.header(*k, *v));
            request.fails(ErrorCode::CrossOrigin).await;
        }
    }
}

#[tokio::test]
async fn a_name_that_somebody_has_lead_to_this_machine_signs_nobody_up() {
    let server = TestServer::start().await;
    let sign_up = |server: &TestServer, host: &str, name: &str| {
        let own = format!("http://{host}");
        let request = server.stranger().post(paths::USER).header("host", host);
        request.header("origin", own).json(&json!({ "username": name }))
    };
    for host in ["rebound.example:3000", "127.0.0.1.evil.example", "localhost.evil.example", "chat"]
    {
        let problem = sign_up(&server, host, "eve").fails(ErrorCode::CrossOrigin).await;
        assert!(problem.detail.contains("--signup"), "{problem:?}");
    }
    for (n, host) in
        ["127.0.0.1:9", "localhost:9", "chat.localhost", "[::1]:9", "LOCALHOST"].iter().enumerate()
    {
        sign_up(&server, host, &format!("ada{n}")).gives::<Value>(201).await;
    }
    // Whoever chose who may sign up has thought of who can reach it, by whatever name.
    let chosen = TestServer::with(&["--signup", "open"]).await;
    sign_up(&chosen, "chat.example", "bob").gives::<Value>(201).await;
}

#[tokio::test]
async fn logging_in_never_takes_a_token_that_was_brought_along() {
    let server = TestServer::start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let body = json!({ "username": "ada", "password": "correct horse" });
    let brought = format!("hubbub_session={}", ada.token());
    let request = server.stranger().post(paths::LOGIN).header("cookie", &brought).json(&body);
    let answer = request.send().await.unwrap();
    let line = header(&answer, "set-cookie");
    assert!(
        !line.contains(ada.token()),
        "the session that was there before goes on under its own token"
    );
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains("Domain"), "{line}");
}
