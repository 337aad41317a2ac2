//! Bytes on a WebSocket that no library would send: unmasked frames, lying lengths, broken
//! fragments, reserved bits, invalid UTF-8.

use crate::harness::{RawFrame, RawSocket, TestClient, TestServer, frame};
use shared::{ChannelId, ServerMessage, close_code, limits, paths};

const FIN_TEXT: u8 = 0x81;

async fn start() -> (TestServer, TestClient, ChannelId) {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    (server, ada, room)
}

async fn open(server: &TestServer, ada: &TestClient, room: ChannelId) -> RawSocket {
    RawSocket::open(server, ada, &paths::ws_join_channel(room, ada.client_id(), None)).await
}

fn hello(nonce: &str) -> Vec<u8> {
    format!(r#"{{"type":"message","nonce":"{nonce}","message":"hi"}}"#).into_bytes()
}

async fn ack(socket: &mut RawSocket) -> u64 {
    loop {
        match socket.next().await {
            RawFrame::Said(said) => {
                if let ServerMessage::Ack(ack) = *said {
                    return ack.seq;
                }
                assert!(!matches!(*said, ServerMessage::Rejected(_)), "{said:?}");
            }
            RawFrame::Ping | RawFrame::Pong(_) => {}
            end => panic!("{end:?} instead of an ack"),
        }
    }
}

/// The server ends the socket, with one of these codes or without one, and keeps nothing.
async fn ends(mut socket: RawSocket, what: &str) {
    let (said, last) = socket.until_closed().await;
    let codes = [1002, 1007, 1009, close_code::PROTOCOL];
    let fits = match last {
        RawFrame::Close(code) => codes.contains(&code),
        RawFrame::End => true,
        _ => false,
    };
    assert!(fits, "{what}: {last:?}");
    let rejections = said.iter().filter(|m| matches!(m, ServerMessage::Rejected(_))).count();
    assert!(rejections <= 1, "{what}: {said:?}");
    assert!(!said.iter().any(|m| matches!(m, ServerMessage::Ack(_))), "{what}: {said:?}");
}

#[tokio::test]
async fn broken_frames_end_the_socket_and_change_nothing() {
    let (server, ada, room) = start().await;
    let unmasked = {
        let text = hello("n");
        let mut bytes = vec![FIN_TEXT, u8::try_from(text.len()).unwrap()];
        bytes.extend(text);
        bytes
    };
    let lying = |length: u64| {
        let mut bytes = vec![FIN_TEXT, 0xff];
        bytes.extend(length.to_be_bytes());
        bytes.extend([1, 2, 3, 4, 5]);
        bytes
    };
    let mut wasteful = vec![FIN_TEXT, 0xfe, 0, 3, 0, 0, 0, 0];
    wasteful.extend(b"abc");
    let two = |first: u8, second: u8| [frame(first, b"{"), frame(second, b"}")].concat();
    for (what, bytes) in [
        ("an unmasked frame", unmasked),
        ("a frame of 2^63 bytes", lying(1 << 63)),
        ("a frame of all ones", lying(u64::MAX)),
        ("a frame of 100 GB", lying(100_000_000_000)),
        ("a frame over the bound", lying(limits::FRAME_MAX_BYTES as u64 + 1)),
        ("a reserved bit", frame(0xc1, &hello("n"))),
        ("an unknown opcode", frame(0x83, &hello("n"))),
        ("an unknown control opcode", frame(0x8b, b"")),
        ("a fragmented ping", frame(0x09, b"x")),
        ("a ping of 126 bytes", frame(0x89, &[b'x'; 126])),
        ("a continuation of nothing", frame(0x80, b"x")),
        ("a text inside a fragmented text", two(0x01, 0x81)),
        ("invalid UTF-8", frame(FIN_TEXT, b"{\"type\":\"message\",\"message\":\"\xff\"}")),
        ("a surrogate in UTF-8", frame(FIN_TEXT, b"{\"message\":\"\xed\xa0\x80\"}")),
        ("UTF-8 cut in the middle", frame(FIN_TEXT, b"{\"message\":\"\xf0\x9f")),
        ("a close with one byte", frame(0x88, b"x")),
        ("a close with code 1005", frame(0x88, &1005u16.to_be_bytes())),
        ("a close with code 0", frame(0x88, &[0, 0])),
        ("a close with a reason that is no UTF-8", frame(0x88, &[3, 0xe8, 0xff])),
        ("a length written longer than needed, and no JSON", wasteful),
    ] {
        let mut socket = open(&server, &ada, room).await;
        socket.write(&bytes).await;
        ends(socket, what).await;
        assert_eq!(ada.channel(room).await.head_seq, 0, "{what}");
    }
}

#[tokio::test]
async fn a_message_in_fragments_with_pings_between_is_one_message() {
    let (server, ada, room) = start().await;
    let mut socket = open(&server, &ada, room).await;
    let text = r#"{"type":"message","nonce":"n","message":"é👋"}"#.as_bytes();
    for (n, byte) in text.iter().enumerate() {
        let last = if n + 1 == text.len() { 0x80 } else { 0 };
        let opcode = if n == 0 { 1 } else { 0 };
        socket.frame(last | opcode, &[*byte]).await;
        if n % 10 == 0 {
            socket.frame(0x89, &[u8::try_from(n).unwrap()]).await;
        }
    }
    assert_eq!(ack(&mut socket).await, 1);
    assert_eq!(ada.history(room).await[0].message, "é👋");
}

#[tokio::test]
async fn fragments_that_add_up_past_the_bound_end_the_socket() {
    let (server, ada, room) = start().await;
    let mut socket = open(&server, &ada, room).await;
    let piece = vec![b' '; 64 * 1024];
    socket.frame(0x01, &piece).await;
    for _ in 0..limits::FRAME_MAX_BYTES / piece.len() + 2 {
        if !socket.frame(0x00, &piece).await {
            break;
        }
    }
    ends(socket, "fragments past the bound").await;
}

#[tokio::test]
async fn endless_empty_fragments_and_pings_do_no_harm() {
    let (server, ada, room) = start().await;
    let mut socket = open(&server, &ada, room).await;
    let text = hello("n");
    socket.frame(0x01, &text[..5]).await;
    for _ in 0..5_000 {
        socket.frame(0x00, b"").await;
    }
    socket.frame(0x80, &text[5..]).await;
    assert_eq!(ack(&mut socket).await, 1);
}

#[tokio::test]
async fn bytes_that_come_one_by_one_and_frames_that_come_joined_are_the_same() {
    let (server, ada, room) = start().await;
    let mut socket = open(&server, &ada, room).await;
    for byte in frame(FIN_TEXT, &hello("a")) {
        socket.write(&[byte]).await;
    }
    assert_eq!(ack(&mut socket).await, 1);
    let joined: Vec<u8> =
        (0..200).flat_map(|n| frame(FIN_TEXT, &hello(&format!("b{n}")))).collect();
    socket.write(&joined).await;
    for seq in 2..=201 {
        assert_eq!(ack(&mut socket).await, seq);
    }
}

#[tokio::test]
async fn a_frame_cut_off_by_the_end_of_the_connection_is_not_taken() {
    let (server, ada, room) = start().await;
    let whole = frame(FIN_TEXT, &hello("n"));
    for cut in [1, 2, 6, 7, whole.len() - 1] {
        let mut socket = open(&server, &ada, room).await;
        socket.write(&whole[..cut]).await;
        drop(socket);
    }
    let mut socket = open(&server, &ada, room).await;
    socket.write(&whole).await;
    assert_eq!(ack(&mut socket).await, 1, "the first with that nonce");
}

#[tokio::test]
async fn an_upgrade_that_is_none_is_refused() {
    let (_server, ada, room) = start().await;
    let path = paths::ws_join_channel(room, ada.client_id(), None);
    let without = ada.get(&path).send().await.unwrap();
    assert!((400..=426).contains(&without.status().as_u16()), "{without:?}");
    for (version, key) in [
        ("12", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("13", "short"),
        ("13", ""),
        ("x", "dGhlIHNhbXBsZSBub25jZQ=="),
    ] {
        let request = ada
            .get(&path)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", version)
            .header("sec-websocket-key", key);
        let answer = request.send().await.unwrap();
        assert!((400..=426).contains(&answer.status().as_u16()), "{version} {key}: {answer:?}");
    }
}
