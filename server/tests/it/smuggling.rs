//! Requests that two readers of HTTP might take for different ones: whoever stands in front of the
//! server must never have a second request slipped past it. Each is refused, or read in the one way
//! that the standard leaves.

use crate::harness::{Expect, RawHttp, TestServer};
use serde_json::Value;
use shared::paths;

const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

/// How many answers come on one connection to these bytes, until it is closed; and their statuses.
async fn answers(server: &TestServer, bytes: &[u8]) -> Vec<u16> {
    let mut http = RawHttp::connect(server).await;
    http.write(bytes).await;
    let mut statuses = Vec::new();
    while let Some(answer) = http.answer().await {
        statuses.push(answer.status);
    }
    statuses
}

fn post(headers: &str, body: &str) -> String {
    format!("POST {} HTTP/1.1\r\nHost: h\r\n{headers}\r\n{body}", paths::LOGIN)
}

#[tokio::test]
async fn a_body_of_two_lengths_is_refused_and_nothing_after_it_is_read() {
    let server = TestServer::start().await;
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    let length = chunked.len();
    for headers in [
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n"),
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n".to_owned(),
        "Content-Length: 0\r\nContent-Length: 5\r\n".to_owned(),
        "Content-Length: 5\r\nContent-Length: 0\r\n".to_owned(),
        "Content-Length: 0, 5\r\n".to_owned(),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: 0x5\r\n".to_owned(),
        "Content-Length: 5 5\r\n".to_owned(),
        "Content-Length: -0\r\n".to_owned(),
        "Content-Length:\r\n".to_owned(),
        "Content-Length: 99999999999999999999\r\n".to_owned(),
    ] {
        let statuses = answers(&server, post(&headers, &chunked).as_bytes()).await;
        assert!(statuses.len() <= 1, "{headers:?}: {statuses:?}");
        assert!(
            statuses.iter().all(|status| (400..500).contains(status)),
            "{headers}: {statuses:?}"
        );
    }
}

#[tokio::test]
async fn a_coding_that_is_not_chunked_or_only_looks_so_is_refused() {
    let server = TestServer::start().await;
    for coding in [
        "identity",
        "chunked, identity",
        "identity, chunked",
        "gzip",
        "gzip, chunked",
        "chunked, chunked",
        "xchunked",
        "chunkedx",
        "\"chunked\"",
        "chunked;q=1",
        "\x0bchunked",
        "chunked\x00",
        "",
    ] {
        let headers = format!("Transfer-Encoding: {coding}\r\n");
        let statuses =
            answers(&server, post(&headers, &format!("0\r\n\r\n{HIDDEN}")).as_bytes()).await;
        assert!(statuses.len() <= 1, "{coding:?}: {statuses:?}");
        assert!(
            statuses.iter().all(|status| (400..500).contains(status)),
            "{coding}: {statuses:?}"
        );
    }
    for headers in [
        "Transfer-Encoding : chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\r\n chunked\r\n",
        "Transfer\rEncoding: chunked\r\n",
        "Transfer-Encoding\x00: chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "X: y\rTransfer-Encoding: chunked\r\n",
    ] {
        let statuses =
            answers(&server, post(headers, &format!("0\r\n\r\n{HIDDEN}")).as_bytes()).await;
        assert!(statuses.len() <= 1, "{headers:?}: {statuses:?}");
        assert!(
            statuses.iter().all(|status| (400..500).contains(status)),
            "{headers}: {statuses:?}"
        );
    }
}

#[tokio::test]
async fn chunks_that_lie_end_the_connection() {
    let server = TestServer::start().await;
    for chunks in [
        "5\r\n{\"a\":1}\r\n0\r\n\r\n",
        "-1\r\n\r\n",
        "+2\r\n{}\r\n0\r\n\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n",
        "2 2\r\n{}\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n{}\r\n",
        "2\r\n{}0\r\n\r\n",
        "2\r{}\r\n0\r\n\r\n",
        "2\n{}\n0\n\n",
        "G\r\n{}\r\n",
        "\r\n",
    ] {
        let headers = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
        let request = post(headers, &format!("{chunks}{HIDDEN}"));
        let statuses = answers(&server, request.as_bytes()).await;
        assert!(statuses.len() <= 1, "{chunks:?}: {statuses:?}");
        assert!(
            statuses.iter().all(|status| (400..500).contains(status)),
            "{chunks}: {statuses:?}"
        );
    }
    // Extensions of chunks are passed over, however they are written, and bounded.
    let long = format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(1 << 20));
    let headers = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let statuses = answers(&server, post(headers, &long).as_bytes()).await;
    assert!(statuses.len() <= 1 && statuses.iter().all(|s| (400..500).contains(s)), "{statuses:?}");
}

#[tokio::test]
async fn what_can_be_read_in_one_way_alone_is_followed_by_the_next_request() {
    let server = TestServer::start().await;
    let last = "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    let headers = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
    let body = format!("2;ext=\"a\"\r\n{{}}\r\n0\r\nTrailer: x\r\n\r\n{HIDDEN}{last}");
    assert_eq!(answers(&server, post(headers, &body).as_bytes()).await, [422, 200, 200]);
    let headers = "Content-Type: application/json\r\nContent-Length: 2\r\n";
    let plain = post(headers, &format!("{{}}{HIDDEN}{last}"));
    assert_eq!(answers(&server, plain.as_bytes()).await, [422, 200, 200]);
}

#[tokio::test]
async fn heads_that_can_be_read_in_two_ways_are_refused() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    for head in [
        "GET /healthz HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\n\tX: a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\nX : a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\nX\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\n\r\n",
        "GET /healthz\rHTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /healthz HTTP/1.1 x\r\nHost: h\r\n\r\n",
        "GET /healthz HTTP/1.2\r\nHost: h\r\n\r\n",
        "GET /healthz\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /health z HTTP/1.1\r\nHost: h\r\n\r\n",
        "G\x00T /healthz HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET http:// HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET healthz HTTP/1.1\r\nHost: h\r\n\r\n",
        "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ] {
        let request = format!("{head}{HIDDEN}");
        let mut http = RawHttp::connect(&server).await;
        http.write(request.as_bytes()).await;
        if let Some(answer) = http.answer().await {
            assert!((400..500).contains(&answer.status), "{head:?}: {answer:?}");
            // The rest is of no request any more, unless this one was understood and refused.
            if answer.status == 400 {
                assert!(http.answer().await.is_none(), "{head:?}");
            }
        }
    }
    let long = format!("GET /healthz HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = format!("GET /healthz HTTP/1.1\r\nHost: h\r\n{}\r\n", "X: y\r\n".repeat(1_000));
    for head in [long, many] {
        assert!(
            answers(&server, head.as_bytes()).await.iter().all(|s| *s == 431),
            "{}",
            head.len()
        );
    }
    ada.get(paths::ME).gives::<Value>(200).await;
}

#[tokio::test]
async fn a_request_in_absolute_form_is_the_path_and_no_errand() {
    let server = TestServer::start().await;
    let absolute = "GET http://elsewhere.example/healthz HTTP/1.1\r\nHost: elsewhere.example\r\n\
                    Connection: close\r\n\r\n";
    assert_eq!(answers(&server, absolute.as_bytes()).await, [200]);
    for method in ["TRACE", "TRACK"] {
        let echo = format!("{method} /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assert_eq!(answers(&server, echo.as_bytes()).await, [405], "{method}");
    }
}

#[tokio::test]
async fn an_upgrade_with_a_body_or_to_another_protocol_is_no_tunnel() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let path = paths::ws(ada.client_id());
    for (upgrade, more) in [
        ("h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nContent-Length: 5\r\n"),
        ("websocket", "Content-Length: 5\r\n"),
        ("websocket", "Transfer-Encoding: chunked\r\n"),
    ] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {}\r\n{more}\r\n0\r\n\r\n{HIDDEN}",
            ada.token()
        );
        let statuses = answers(&server, request.as_bytes()).await;
        assert!(
            statuses.len() <= 1 && statuses.iter().all(|s| (400..500).contains(s)),
            "{upgrade} {more}: {statuses:?}"
        );
    }
}
