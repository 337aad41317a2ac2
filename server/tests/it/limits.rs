//! Rates and counts, with the limits on: who does too much is told when to come back, and nobody
//! else notices.

use crate::harness::{
    Closed, Expect, Refusal, TestClient, TestServer, TestSocket, header, patiently, said,
};
use serde_json::{Value, json};
use shared::limits::{self, Rate};
use shared::{ClientMessage, ErrorCode, Ping, Problem, ServerMessage, paths};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

async fn start() -> TestServer {
    TestServer::with(&["--limits", "on"]).await
}

/// An address of this machine.
fn address(n: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, n))
}

fn at(server: &TestServer, n: u8) -> TestClient {
    TestClient::stranger_from(&server.url(), Some(address(n)))
}

/// Asks until it is refused for the rate, which must not be before the whole of it is used.
async fn until_refused(rate: &Rate, ask: impl AsyncFn() -> reqwest::Response) {
    let mut count = 0;
    let refused = loop {
        let answer = patiently("an answer", ask()).await;
        if answer.status().as_u16() == 429 {
            break answer;
        }
        count += 1;
    };
    assert!(count >= rate.at_once, "refused after {count}");
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let window = (u64::from(rate.at_once) * 60).div_ceil(u64::from(rate.per_minute));
    let policy = format!("\"{}\";q={};w={window}", rate.name, rate.at_once);
    assert_eq!(header(&refused, "ratelimit-policy"), policy);
    let left = header(&refused, "ratelimit");
    assert!(left.starts_with(&format!("\"{}\";r=0;t=", rate.name)), "{left}");
    let problem: Problem = refused.json().await.unwrap();
    assert_eq!(problem.code, ErrorCode::RateLimited);
}

#[tokio::test]
async fn signing_up_is_limited_by_network() {
    let server = start().await;
    // A name that is taken counts as well: it costs as much to find out.
    server.user("ada").await;
    let (one, body) = (at(&server, 2), json!({ "username": "ada" }));
    let ask = async || one.post(paths::USER).json(&body).send().await.unwrap();
    until_refused(&limits::SIGN_UP_RATE, ask).await;
    at(&server, 3).post(paths::USER).json(&body).fails(ErrorCode::UsernameTaken).await;
}

#[tokio::test]
async fn logging_in_is_limited_by_network() {
    let server = start().await;
    server.user_with_password("ada", "correct horse").await;
    let (one, names) = (at(&server, 2), AtomicU32::new(0));
    let ask = async || {
        // Another name each time, so that it is the network's rate that ends it.
        let name = format!("nobody{}", names.fetch_add(1, Ordering::Relaxed));
        let body = json!({ "username": name, "password": "x" });
        one.post(paths::LOGIN).json(&body).send().await.unwrap()
    };
    until_refused(&limits::LOG_IN_RATE, ask).await;
    let body = json!({ "username": "ada", "password": "correct horse" });
    one.post(paths::LOGIN).json(&body).fails(ErrorCode::RateLimited).await;
    at(&server, 3).post(paths::LOGIN).json(&body).gives::<Value>(200).await;
}

#[tokio::test]
async fn guessing_one_name_from_many_networks_is_slowed_and_its_user_still_gets_in() {
    let server = start().await;
    server.user_with_password("ada", "correct horse").await;
    let right = json!({ "username": "ada", "password": "correct horse" });
    let home = at(&server, 2);
    home.post(paths::LOGIN).json(&right).gives::<Value>(200).await;
    for name in ["nobody", "ada"] {
        let wrong = json!({ "username": name, "password": "wrong" });
        let next = AtomicU8::new(10);
        let ask = async || {
            let from = next.fetch_add(1, Ordering::Relaxed);
            at(&server, from).post(paths::LOGIN).json(&wrong).send().await.unwrap()
        };
        until_refused(&limits::LOG_IN_NAME_RATE, ask).await;
    }
    home.post(paths::LOGIN).json(&right).gives::<Value>(200).await;
}

#[tokio::test]
async fn changes_are_limited_by_client_which_leaves_room_for_its_users_others() {
    let server = start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let bob = server.user("bob").await;
    let room = ada.room("tea", &[&bob]).await.channel_id;
    let mut socket = ada.socket().await;
    // Over its socket, which is faster than requests are.
    for n in 0..limits::CLIENT_CHANGE_RATE.at_once + 400 {
        socket.send(&said(room, &n.to_string(), "hi")).await;
    }
    let refused = socket
        .recv_until(|said| match said {
            ServerMessage::Rejected(refused) => Some(refused.clone()),
            _ => None,
        })
        .await;
    assert_eq!(refused.code, ErrorCode::RateLimited);
    assert!((1..=60_000).contains(&refused.retry_after_ms.unwrap()), "{refused:?}");
    other.say(room, "the other client").await;
    bob.say(room, "another user").await;
    ada.page(room, "").await;
}

#[tokio::test]
async fn changes_are_limited_by_user_over_all_clients() {
    let server = start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut refused = Vec::new();
    for _ in 0..4 {
        let client = ada.log_in("correct horse").await;
        let mut socket = client.socket().await;
        for n in 0..limits::CLIENT_CHANGE_RATE.at_once {
            socket.send(&said(room, &n.to_string(), "hi")).await;
        }
        let seen = socket.until_pong().await;
        refused.extend(seen.into_iter().filter_map(|said| match said {
            ServerMessage::Rejected(refused) => Some(refused.code),
            _ => None,
        }));
    }
    assert!(!refused.is_empty(), "no client went past its own share");
    assert!(refused.iter().all(|code| *code == ErrorCode::RateLimited));
}

#[tokio::test]
async fn an_answer_tells_what_is_left() {
    let server = start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let answer = ada.put(&paths::read(room)).json(&json!({ "seq": 0 })).send().await.unwrap();
    assert_eq!(header(&answer, "ratelimit-policy"), "\"client-changes\";q=500;w=7");
    let left = header(&answer, "ratelimit");
    let left = left.strip_prefix("\"client-changes\";r=").unwrap_or_else(|| panic!("{left}"));
    let (left, wait) = left.split_once(";t=").unwrap();
    assert!((1..500).contains(&left.parse::<u32>().unwrap()) && wait == "1", "{left} {wait}");
    let unlimited = TestServer::start().await;
    let bob = unlimited.user("bob").await;
    let answer = bob.post(paths::TICKET).send().await.unwrap();
    assert_eq!(header(&answer, "ratelimit"), "");
}

#[tokio::test]
async fn searches_tickets_and_uploads_are_limited_by_user() {
    let server = start().await;
    let (ada, bob) = (server.user("ada").await, server.user("bob").await);
    let search = format!("{}?q=tea", paths::SEARCH);
    until_refused(&limits::SEARCH_RATE, async || ada.get(&search).send().await.unwrap()).await;
    bob.get(&search).succeeds().await;
    let ask = async || ada.post(paths::TICKET).send().await.unwrap();
    until_refused(&limits::TICKET_RATE, ask).await;
    bob.ticket().await;
    let path = format!("{}?filename=a.txt", paths::UPLOADS);
    let ask = async || ada.post(&path).body("a").send().await.unwrap();
    until_refused(&limits::UPLOAD_RATE, ask).await;
    bob.post(&path).body("a").succeeds().await;
}

#[tokio::test]
async fn what_is_refused_for_its_rate_is_not_stored_and_what_is_acknowledged_is() {
    let server = start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let mut socket = ada.socket().await;
    // More than at once, and than come back meanwhile on the slowest machine that is of any use.
    let count = limits::CLIENT_CHANGE_RATE.at_once as usize + 400;
    for n in 0..count {
        socket.send(&said(room, &n.to_string(), "hi")).await;
    }
    let (mut acked, mut refused) = (BTreeSet::new(), BTreeSet::new());
    while acked.len() + refused.len() < count {
        match socket.recv().await {
            ServerMessage::Ack(ack) => drop(acked.insert(ack.nonce)),
            ServerMessage::Rejected(no) => drop(refused.insert(no.nonce.unwrap())),
            _ => {}
        }
    }
    // One was taken by the room.
    assert!(acked.len() >= limits::CLIENT_CHANGE_RATE.at_once as usize - 1, "{}", acked.len());
    assert!(!refused.is_empty() && acked.is_disjoint(&refused));
    let told: BTreeSet<_> = socket
        .log
        .iter()
        .filter_map(|said| match said {
            ServerMessage::Message(message) => Some(message.nonce.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(told, acked);
    assert_eq!(ada.history(room).await.len(), acked.len());
}

#[tokio::test]
async fn frames_of_any_kind_are_limited_by_socket() {
    let server = start().await;
    let ada = server.user("ada").await;
    let mut socket = ada.socket().await;
    for at in 0..i64::from(limits::FRAME_RATE.at_once) + 600 {
        socket.send(&ClientMessage::Ping(Ping { at })).await;
    }
    let refused = socket.rejected().await;
    assert_eq!(refused.code, ErrorCode::RateLimited);
    let pongs = socket.log.iter().filter(|said| matches!(said, ServerMessage::Pong(_))).count();
    assert!(pongs >= limits::FRAME_RATE.at_once as usize, "{pongs}");
}

#[tokio::test]
async fn sockets_are_bounded_by_client_and_by_user() {
    let server = start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let mut open = Vec::new();
    for _ in 0..limits::SOCKETS_PER_CLIENT_MAX {
        open.push(ada.socket().await);
    }
    let refused = ada.refused_socket(&paths::ws(ada.client_id())).await;
    assert_eq!(refused.code, ErrorCode::RateLimited);
    let other = ada.log_in("correct horse").await;
    for _ in open.len()..limits::SOCKETS_PER_USER_MAX {
        open.push(other.socket().await);
    }
    let third = ada.log_in("correct horse").await;
    let refused = third.refused_socket(&paths::ws(third.client_id())).await;
    assert_eq!(refused.code, ErrorCode::RateLimited);
    server.user("bob").await.socket().await;
    // One that closes makes room for another.
    open.pop().unwrap().close().await;
    let reopened = async {
        loop {
            let path = paths::ws(third.client_id());
            match TestSocket::open(third.base(), &path, Some(third.token())).await {
                Ok(socket) => return socket,
                Err(refusal) => assert_eq!(refusal.problem().code, ErrorCode::RateLimited),
            }
        }
    };
    drop(patiently("room for another socket", reopened).await);
}

#[tokio::test]
async fn opening_sockets_is_limited_by_user() {
    let server = start().await;
    let ada = server.user("ada").await;
    let path = paths::ws(ada.client_id());
    let refusal = async {
        loop {
            match TestSocket::open(ada.base(), &path, Some(ada.token())).await {
                Ok(socket) => socket.close().await,
                Err(refusal) => return refusal.problem(),
            }
        }
    };
    assert_eq!(patiently("a refusal", refusal).await.code, ErrorCode::RateLimited);
    server.user("bob").await.socket().await;
}

#[tokio::test]
async fn every_rate_is_in_the_document_and_in_the_docs() {
    let server = start().await;
    let document = server.stranger().get(paths::OPENAPI).gives::<Value>(200).await;
    let told = document["info"]["description"].as_str().unwrap();
    let docs = include_str!("../../../docs/limits.md");
    for Rate { name, what, at_once, per_minute } in limits::RATES {
        let line = format!("| {what} | `{name}` | {at_once} | {per_minute} |");
        assert!(told.contains(&line), "{line}");
        assert!(docs.contains(&line), "{line}");
    }
    let names: BTreeSet<_> = limits::RATES.iter().map(|rate| rate.name).collect();
    assert_eq!(names.len(), limits::RATES.len());
}

#[tokio::test]
async fn a_ticket_of_a_client_that_ended_opens_nothing() {
    let server = start().await;
    let ada = server.user_with_password("ada", "correct horse").await;
    let other = ada.log_in("correct horse").await;
    let room = ada.room("tea", &[]).await.channel_id;
    let all = format!("{}?ticket={}", paths::WS, other.ticket().await);
    let ticket = other.ticket().await;
    let one = format!("{}?channelId={room}&ticket={ticket}", paths::WS_JOIN_CHANNEL);
    ada.delete(&paths::client(other.client_id())).succeeds().await;
    for path in [all, one] {
        match TestSocket::open(&server.url(), &path, None).await {
            Ok(_) => panic!("it was welcomed"),
            Err(Refusal::Closed(closed)) => {
                assert_eq!(closed, Closed::Code(shared::close_code::NOT_LOGGED_IN));
            }
            Err(refusal) => assert_eq!(refusal.problem().code, ErrorCode::NotLoggedIn),
        }
    }
}
