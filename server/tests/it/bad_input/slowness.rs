//! Clients that are slow on purpose are cut. These tests wait for the cut itself: the server's own
//! limits are 10 seconds.

use crate::harness::{Expect, RawHttp, TestServer};
use serde_json::Value;
use shared::paths;

#[tokio::test]
async fn headers_that_never_end_are_cut() {
    let server = TestServer::start().await;
    let mut http = RawHttp::connect(&server).await;
    http.write(b"GET / HTTP/1.1\r\nHost: h\r\nX-Slow: ").await;
    if let Some(answer) = http.answer().await {
        assert_eq!(answer.status, 408, "{answer:?}");
    }
    assert!(http.hangs_up().await);
}

#[tokio::test]
async fn headers_that_trickle_are_cut_all_the_same() {
    let server = TestServer::start().await;
    let mut http = RawHttp::connect(&server).await;
    http.write(b"GET / HTTP/1.1\r\nHost: h\r\n").await;
    // A byte now and then must not keep it open: the limit is for the head as a whole.
    let trickle = async {
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(500));
        loop {
            tick.tick().await;
            if !http.write(b"X").await {
                return;
            }
        }
    };
    crate::harness::patiently("the cut", trickle).await;
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut() {
    let server = TestServer::start().await;
    let mut http = RawHttp::connect(&server).await;
    assert!(http.hangs_up().await);
}

#[tokio::test]
async fn a_body_that_never_comes_is_cut() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    for head in ["Content-Length: 40", "Transfer-Encoding: chunked"] {
        let mut http = RawHttp::connect(&server).await;
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\n{head}\r\n\r\n",
            paths::messages(room),
            ada.token()
        );
        http.write(request.as_bytes()).await;
        if head.starts_with("Content") {
            http.write(b"{\"message\":").await;
        } else {
            http.write(b"b\r\n{\"message\":\r\n").await;
        }
        if let Some(answer) = http.answer().await {
            assert_eq!(answer.status, 408, "{answer:?}");
        }
        assert!(http.hangs_up().await);
    }
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn many_slow_clients_keep_nobody_else_waiting() {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let mut slow = Vec::new();
    for _ in 0..300 {
        let mut http = RawHttp::connect(&server).await;
        http.write(b"POST /api/user HTTP/1.1\r\nHost: h\r\n").await;
        slow.push(http);
    }
    ada.get(paths::ME).gives::<Value>(200).await;
    let room = ada.room("tea", &[]).await.channel_id;
    ada.socket().await.say(room, "n", "hi").await;
    for http in &mut slow {
        assert!(http.hangs_up().await);
    }
}
