//! Text frames that can't be read or may not be: one `rejected` each; what is no JSON at all, or no
//! text, ends the socket after that.

use crate::harness::{Closed, TestClient, TestServer, TestSocket};
use shared::{ChannelId, ErrorCode, close_code, limits};
use tokio_tungstenite::tungstenite::Message as Frame;

async fn start() -> (TestServer, TestClient, ChannelId) {
    let server = TestServer::start().await;
    let ada = server.user("ada").await;
    let room = ada.room("tea", &[]).await.channel_id;
    (server, ada, room)
}

async fn still_works(socket: &mut TestSocket, room: ChannelId, ada: &TestClient) {
    let ack = socket.say(room, "still-works", "hi").await;
    assert_eq!((ack.seq, ada.channel(room).await.head_seq), (1, 1), "nothing else was kept");
}

#[tokio::test]
async fn broken_json_gets_one_rejected_and_then_4010() {
    let (_server, ada, room) = start().await;
    for broken in ["", "{", "nonsense", "[]", "null", "7", r#"{"message":"hi"}"#, r#"{"type":5}"#] {
        let mut socket = ada.join(room, None).await;
        socket.send_text(broken).await;
        let rejected = socket.rejected().await;
        assert_eq!((rejected.code, rejected.nonce), (ErrorCode::Malformed, None), "{broken}");
        assert_eq!(socket.closed().await, Closed::Code(close_code::PROTOCOL), "{broken}");
        let rejections = |m: &&shared::ServerMessage| m.kind() == "rejected";
        assert_eq!(socket.log.iter().filter(rejections).count(), 1, "{broken}");
    }
    let mut other = ada.socket().await;
    still_works(&mut other, room, &ada).await;
}

#[tokio::test]
async fn a_binary_frame_gets_one_rejected_and_then_4010() {
    let (_server, ada, room) = start().await;
    for bytes in [vec![], vec![0xff; 10], br#"{"type":"message","message":"hi"}"#.to_vec()] {
        let mut socket = ada.join(room, None).await;
        socket.send_frame(Frame::binary(bytes)).await;
        assert_eq!(socket.rejected().await.code, ErrorCode::Malformed);
        assert_eq!(socket.closed().await, Closed::Code(close_code::PROTOCOL));
    }
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn an_oversized_frame_gets_one_rejected_and_then_4010() {
    let (_server, ada, room) = start().await;
    let mut socket = ada.join(room, None).await;
    socket.send_text(&" ".repeat(limits::FRAME_MAX_BYTES + 1)).await;
    let rejected = socket.rejected().await;
    assert!(matches!(rejected.code, ErrorCode::TooLarge | ErrorCode::Malformed), "{rejected:?}");
    assert_eq!(socket.closed().await, Closed::Code(close_code::PROTOCOL));
    assert_eq!(ada.channel(room).await.head_seq, 0);
}

#[tokio::test]
async fn a_longest_message_fits_in_a_frame_however_it_is_written() {
    let (_server, ada, room) = start().await;
    let mut socket = ada.join(room, None).await;
    let escaped = r"\u0041".repeat(limits::MESSAGE_MAX_BYTES);
    let frame = format!(r#"{{"type":"message","nonce":"n","message":"{escaped}"}}"#);
    socket.send_text(&frame).await;
    assert_eq!(socket.ack("n").await.seq, 1);
    assert_eq!(ada.history(room).await[0].message, "A".repeat(limits::MESSAGE_MAX_BYTES));
}

#[tokio::test]
async fn unknown_types_and_wrong_fields_are_rejected_and_the_socket_stays() {
    let (_server, ada, room) = start().await;
    let mut socket = ada.join(room, None).await;
    for (frame, code, nonce) in [
        (r#"{"type":"shout","nonce":"a"}"#, ErrorCode::UnknownType, Some("a")),
        (r#"{"type":""}"#, ErrorCode::UnknownType, None),
        (r#"{"type":"welcome"}"#, ErrorCode::UnknownType, None),
        (r#"{"type":"ack","nonce":"b"}"#, ErrorCode::UnknownType, Some("b")),
        (r#"{"type":"message","nonce":"c"}"#, ErrorCode::Invalid, Some("c")),
        (r#"{"type":"message","nonce":"d","message":5}"#, ErrorCode::Invalid, Some("d")),
        (r#"{"type":"message","message":"x","nonce":5}"#, ErrorCode::Invalid, None),
        (r#"{"type":"message","message":"x","channelId":"y"}"#, ErrorCode::Invalid, None),
        (r#"{"type":"edit","nonce":"e","message":"x"}"#, ErrorCode::Invalid, Some("e")),
        (r#"{"type":"read","seq":-1}"#, ErrorCode::Invalid, None),
        (r#"{"type":"read","seq":"1"}"#, ErrorCode::Invalid, None),
        (r#"{"type":"resume","cursors":{"x":1}}"#, ErrorCode::Invalid, None),
        (r#"{"type":"resume"}"#, ErrorCode::Invalid, None),
        (r#"{"type":"ping","at":"now"}"#, ErrorCode::Invalid, None),
        (r#"{"type":"message","nonce":"f","message":""}"#, ErrorCode::Invalid, Some("f")),
        (r#"{"type":"message","nonce":"g","message":"\u0000"}"#, ErrorCode::Invalid, Some("g")),
    ] {
        socket.send_text(frame).await;
        let rejected = socket.rejected().await;
        assert_eq!((rejected.code, rejected.nonce.as_deref()), (code, nonce), "{frame}");
        for internal in ["serde", "struct ", "enum "] {
            assert!(!rejected.message.contains(internal), "shows internals: {rejected:?}");
        }
    }
    still_works(&mut socket, room, &ada).await;
}

#[tokio::test]
async fn a_resume_of_absurdly_many_channels_does_no_harm() {
    let (_server, ada, room) = start().await;
    let mut socket = ada.join(room, None).await;
    let cursors: Vec<_> =
        (0..3_000).map(|_| format!(r#""{}":0"#, crate::harness::unknown_id())).collect();
    socket.send_text(&format!(r#"{{"type":"resume","cursors":{{{}}}}}"#, cursors.join(","))).await;
    still_works(&mut socket, room, &ada).await;
}
