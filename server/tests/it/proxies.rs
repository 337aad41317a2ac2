//! Behind a reverse proxy: who is believed about whose request it is, and what leaves over TLS.

use crate::harness::{Program, TestServer, header};
use serde_json::json;
use shared::paths;

/// Signs somebody up through what says that it is a proxy; the cookie, and what is said of TLS.
async fn signs_up(server: &TestServer, name: &str, lines: &[(&str, &str)]) -> (String, String) {
    let mut request = server.stranger().post(paths::USER).json(&json!({ "username": name }));
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    (
        header(&answer, "set-cookie").to_owned(),
        header(&answer, "strict-transport-security").to_owned(),
    )
}

#[tokio::test]
async fn a_trusted_proxy_that_serves_tls_makes_cookies_for_tls_only() {
    let server = TestServer::with(&["--trusted-proxy", "10.0.0.0/8,127.0.0.1"]).await;
    let (cookie, strict) = signs_up(&server, "ada", &[("x-forwarded-proto", "https")]).await;
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    assert_eq!(strict, "max-age=31536000");
    let (cookie, _) = signs_up(&server, "bob", &[("forwarded", "for=192.0.2.1;proto=https")]).await;
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    for lines in [&[("x-forwarded-proto", "http")][..], &[("x-forwarded-proto", "https, http")]] {
        let (cookie, strict) = signs_up(&server, &format!("eve{}", lines[0].1.len()), lines).await;
        assert!(!cookie.contains("Secure") && strict.is_empty(), "{cookie} {strict}");
    }
}

#[tokio::test]
async fn nobody_else_is_believed() {
    for args in [&[][..], &["--trusted-proxy", "192.0.2.0/24"]] {
        let server = TestServer::with(args).await;
        let (cookie, strict) = signs_up(&server, "ada", &[("x-forwarded-proto", "https")]).await;
        assert!(!cookie.contains("Secure") && strict.is_empty(), "{cookie} {strict}");
    }
}

/// Whether somebody who signs up again and again, from the address that `from` gives, is told to wait.
async fn slowed(proxies: &[&str], from: impl Fn(u8) -> String) -> bool {
    let data = tempfile::tempdir().unwrap();
    let args = [&["--listen", "127.0.0.1:0", "--data", data.path().to_str().unwrap()], proxies];
    let mut program = Program::start(&args.concat());
    let url = format!("http://{}", program.listening().await);
    let stranger = crate::harness::TestClient::stranger(&url);
    for turn in 0..=u8::MAX {
        let body = json!({ "username": format!("user{turn}") });
        let request = stranger.post(paths::USER).header("x-forwarded-for", from(turn));
        let status = request.json(&body).send().await.unwrap().status().as_u16();
        if status == 429 {
            return true;
        }
        assert_eq!(status, 201);
    }
    false
}

#[tokio::test]
async fn limits_are_the_clients_own_and_not_the_proxys() {
    let trusted = ["--trusted-proxy", "127.0.0.1"];
    assert!(!slowed(&trusted, |turn| format!("198.51.{turn}.1")).await, "each is somebody else");
    assert!(slowed(&trusted, |turn| format!("203.0.{turn}.1, 198.51.100.1")).await, "all are one");
    assert!(slowed(&[], |turn| format!("198.51.{turn}.1")).await, "who is not trusted is one");
}

#[tokio::test]
async fn what_is_no_address_is_refused_at_the_start() {
    let mut program = Program::start(&["--trusted-proxy", "10.0.0.1/8"]);
    assert!(program.try_listening().await.is_err());
    assert!(program.ended().await.code().is_some_and(|code| code != 0));
    assert!(program.stderr().contains("a range is needed"), "{}", program.stderr());
}
