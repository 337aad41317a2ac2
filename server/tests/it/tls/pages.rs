//! HTTPS: what browsers are told, what is negotiated, and who does not get that far.

use crate::harness::tls::{believing, shake_hands};
use crate::harness::{RawHttp, TestServer, header, patiently};
use serde_json::json;
use shared::paths;
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

#[tokio::test]
async fn cookies_are_for_tls_only_and_browsers_are_told_to_stay_with_it() {
    let (server, ..) = TestServer::under_tls(&[]).await;
    let sign_up = server.stranger().post(paths::USER).json(&json!({ "username": "ada" }));
    let answer = sign_up.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let cookie = header(&answer, "set-cookie");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    for path in ["/", paths::HEALTHZ, "/nowhere"] {
        let answer = server.stranger().get(path).send().await.unwrap();
        assert_eq!(header(&answer, "strict-transport-security"), "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn a_trusted_proxy_in_front_says_what_browsers_speak() {
    let (server, ..) = TestServer::under_tls(&["--trusted-proxy", "127.0.0.1"]).await;
    for (proto, name, secure) in [("http", "ada", false), ("https", "bob", true)] {
        let sign_up = server.stranger().post(paths::USER).json(&json!({ "username": name }));
        let answer = sign_up.header("x-forwarded-proto", proto).send().await.unwrap();
        let cookie = header(&answer, "set-cookie");
        assert_eq!(cookie.ends_with("; Secure"), secure, "{proto}: {cookie}");
    }
}

#[tokio::test]
async fn old_and_new_tls_are_spoken_and_http_1_1_under_both() {
    let (server, identity, _files) = TestServer::under_tls(&[]).await;
    let only = |version: &'static SupportedProtocolVersion| {
        let mut roots = RootCertStore::empty();
        roots.add(identity.der.clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = believing(&identity).alpn_protocols;
        config
    };
    for version in [&TLS12, &TLS13] {
        let mut stream = shake_hands(server.own_address(), &only(version)).await.unwrap();
        let (_, connection) = stream.get_ref();
        assert_eq!(connection.protocol_version(), Some(version.version));
        assert_eq!(connection.alpn_protocol(), Some(&b"http/1.1"[..]));
        let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        patiently("an answer", stream.read_to_string(&mut answer)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

#[tokio::test]
async fn plain_http_is_told_that_tls_is_spoken_here() {
    let (server, ..) = TestServer::under_tls(&[]).await;
    let long = format!(
        "POST /api/login HTTP/1.1\r\nhost: a\r\ncontent-length: 20000\r\n\r\n{}",
        "x".repeat(20_000)
    );
    for request in ["GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", &long] {
        let mut http = RawHttp::connect_to(server.own_address()).await;
        http.write(request.as_bytes()).await;
        let answer = http.answer().await.expect("an answer in plain HTTP");
        assert_eq!(answer.status, 400);
        assert!(answer.head.contains("content-type: text/plain; charset=utf-8\r\n"), "{answer:?}");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(text.contains("https://") && text.ends_with("\n"), "{text}");
        assert!(http.hangs_up().await);
    }
}

#[tokio::test]
async fn what_is_neither_tls_nor_http_and_who_says_nothing_is_let_go() {
    let (server, ..) = TestServer::under_tls(&[]).await;
    let mut silent = RawHttp::connect_to(server.own_address()).await;
    let mut halfway = RawHttp::connect_to(server.own_address()).await;
    // A record that announces 512 bytes of a greeting, and has none.
    halfway.write(&[22, 3, 1, 2, 0]).await;
    let mut noise = RawHttp::connect_to(server.own_address()).await;
    noise.write(&[0; 64]).await;
    assert!(noise.hangs_up().await);
    // These two wait for the ten seconds that a handshake may take.
    assert!(silent.hangs_up().await);
    assert!(halfway.hangs_up().await);
    server.user("ada").await;
}
