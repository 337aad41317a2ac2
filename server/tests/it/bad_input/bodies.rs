//! REST requests that can't be read, are of the wrong kind, or are too large.

use crate::harness::{Expect, RawHttp, TestClient, TestServer};
use serde_json::{Value, json};
use shared::{ChannelId, ErrorCode, Problem, limits, paths};

async fn start() -> (TestServer, TestClient, ChannelId) {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    (server, ada, room)
}

#[tokio::test]
async fn broken_json_is_malformed() {
    let (server, ada, room) = start().await;
    let nested = format!("{{\"message\":{}", "[".repeat(100_000));
    let posts = [paths::USER, paths::LOGIN, paths::CREATE_CHANNEL, &paths::messages(room)];
    for path in posts {
        for body in ["", "{", "{\"a\":", "nonsense", "{\"a\":1}}", "'x'", "\u{feff}{}", &nested] {
            let request = ada.post(path).header("content-type", "application/json");
            request.body(body.to_owned()).fails(ErrorCode::Malformed).await;
        }
    }
    for path in [paths::ME.to_owned(), paths::channel(room)] {
        let request = ada.patch(&path).header("content-type", "application/json").body("{");
        request.fails(ErrorCode::Malformed).await;
    }
    assert_eq!(ada.channel(room).await.head_seq, 0);
    drop(server);
}

#[tokio::test]
async fn json_of_the_wrong_shape_is_refused() {
    let (_server, ada, room) = start().await;
    let deep = (0..50).fold(json!(1), |inner, _| json!([inner]));
    for (path, body) in [
        (paths::USER.to_owned(), json!({ "username": 5 })),
        (paths::USER.to_owned(), json!({ "username": null })),
        (paths::USER.to_owned(), json!({ "username": ["ada"] })),
        (paths::USER.to_owned(), json!({})),
        (paths::USER.to_owned(), json!([])),
        (paths::USER.to_owned(), json!("ada")),
        (paths::LOGIN.to_owned(), json!({ "username": "ada" })),
        (paths::LOGIN.to_owned(), json!({ "username": "ada", "password": 12_345_678 })),
        (paths::messages(room), json!({ "message": deep })),
        (paths::messages(room), json!({ "message": { "text": "hi" } })),
        (paths::messages(room), json!({ "text": "hi" })),
        (paths::messages(room), json!({ "message": "hi", "nonce": 7 })),
        (paths::messages(room), json!({ "message": "hi", "replyTo": "not-a-uuid" })),
    ] {
        let answer = ada.post(&path).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        assert!([400, 422].contains(&status), "{path} {body}: {status}");
        let problem: Problem = answer.json().await.unwrap();
        crate::harness::check_problem(&problem);
    }
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn a_body_that_is_not_declared_as_json_is_415() {
    let (_server, ada, room) = start().await;
    let path = paths::messages(room);
    for wrong in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "x"] {
        let request = ada.post(&path).header("content-type", wrong);
        request.body(r#"{"message":"hi"}"#).fails(ErrorCode::UnsupportedMediaType).await;
    }
    let request = ada.post(&path).body(r#"{"message":"hi"}"#);
    request.fails(ErrorCode::UnsupportedMediaType).await;
    for right in ["application/json; charset=utf-8", "Application/JSON"] {
        let request = ada.post(&path).header("content-type", right);
        let answer = request.body(r#"{"message":"hi"}"#).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 201, "{right}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_malformed() {
    let (_server, ada, room) = start().await;
    for bytes in [
        &b"{\"message\":\"\xff\"}"[..],
        b"{\"message\":\"\xc3\"}",
        b"{\"message\":\"\xed\xa0\x80\"}",
        b"{\"message\":\"\xf8\x88\x80\x80\x80\"}",
        b"{\"message\":\"\\ud800\"}",
        b"\xff\xfe{\0}\0",
    ] {
        let request = ada.post(&paths::messages(room)).header("content-type", "application/json");
        request.body(bytes.to_vec()).fails(ErrorCode::Malformed).await;
    }
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn a_body_over_the_bound_is_413_and_one_at_the_bound_is_read() {
    let (_server, ada, room) = start().await;
    let path = paths::messages(room);
    let body = |length: usize| {
        let text = r#"{"message":"hi"}"#;
        format!("{text}{}", " ".repeat(length - text.len()))
    };
    let post = |length| {
        let request = ada.post(&path).header("content-type", "application/json");
        request.body(body(length))
    };
    let answer = post(limits::BODY_MAX_BYTES).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    post(limits::BODY_MAX_BYTES + 1).fails(ErrorCode::TooLarge).await;
    assert_eq!(ada.channel(room).await.head_seq, 1);
}

#[tokio::test]
async fn a_content_length_of_100_gb_is_refused_from_the_header() {
    let (server, ada, room) = start().await;
    let mut http = RawHttp::connect(&server).await;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100000000000\r\n\r\n",
        paths::messages(room),
        ada.token()
    );
    http.write(head.as_bytes()).await;
    // Not one byte of the body is sent: the answer can only come from the header.
    let answer = http.answer().await.expect("an answer");
    assert_eq!(answer.status, 413, "{answer:?}");
    let problem: Problem = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem.code, ErrorCode::TooLarge);
    assert!(http.hangs_up().await, "nobody waits for the other 100 GB");
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn a_chunked_body_over_the_bound_is_413_without_being_read_to_its_end() {
    let (server, ada, room) = start().await;
    let mut http = RawHttp::connect(&server).await;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        paths::messages(room),
        ada.token()
    );
    http.write(head.as_bytes()).await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..limits::BODY_MAX_BYTES / 0x10000 + 2 {
        if !http.write(chunk.as_bytes()).await {
            break;
        }
    }
    // The last chunk is never sent.
    let answer = http.answer().await.expect("an answer");
    assert_eq!(answer.status, 413, "{answer:?}");
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn http_that_is_no_http_is_refused_and_others_go_on() {
    let (server, ada, _room) = start().await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(1 << 20));
    let many: String = (0..2_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\nHost: h\r\n{many}\r\n");
    for junk in [
        "\0\0\0\0\r\n\r\n",
        "hello\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n",
        "POST /api/user HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
        "POST /api/user HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        "POST /api/user HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /api/user HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        &long,
        &many,
    ] {
        let mut http = RawHttp::connect(&server).await;
        http.write(junk.as_bytes()).await;
        if let Some(answer) = http.answer().await {
            assert!((400..500).contains(&answer.status), "{answer:?}");
        }
        ada.get(paths::ME).gives::<Value>(200).await;
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_of_the_api_are_problems() {
    let (_server, ada, room) = start().await;
    for path in ["/api", "/api/", "/api/nothing", "/ws/nothing", "/api/channels/x/y/z"] {
        ada.get(path).fails(ErrorCode::NotFound).await;
    }
    for (method, path) in [
        ("GET", paths::USER.to_owned()),
        ("DELETE", paths::LOGIN.to_owned()),
        ("PATCH", paths::messages(room)),
        ("POST", paths::ME.to_owned()),
        ("BREW", paths::ME.to_owned()),
    ] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        ada.request(method, &path).fails(ErrorCode::MethodNotAllowed).await;
    }
}

#[tokio::test]
async fn ids_and_queries_that_cannot_be_are_refused() {
    let (_server, ada, room) = start().await;
    for id in ["x", "%00", "%ff", "..%2f..", "00000000-0000-0000-0000-00000000000g", "%F0%9F%91%8D"]
    {
        for path in [
            format!("/api/channels/{id}"),
            format!("/api/channels/{id}/messages"),
            format!("/api/users/{id}"),
            format!("/api/channels/{room}/members/{id}"),
        ] {
            let answer = ada.get(&path).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!([400, 404, 405].contains(&status), "{path}: {status}");
            crate::harness::check_problem(&answer.json::<Problem>().await.unwrap());
        }
    }
    for query in ["limit=%ff", "limit=1&limit=2", "after=%00", "before=18446744073709551616"] {
        let path = format!("{}?{query}", paths::messages(room));
        let answer = ada.get(&path).send().await.unwrap();
        assert!([400, 422].contains(&answer.status().as_u16()), "{query}");
        crate::harness::check_problem(&answer.json::<Problem>().await.unwrap());
    }
}
