//! Frames as they are written and read.

use super::*;
use crate::{ChannelId, UserId};

/// One JSON frame of each type, as the contract shows them.
const FRAMES: [&str; 15] = [
    r#"{"type":"welcome","userId":"00000000-0000-0000-0000-000000000001","clientId":"00000000-0000-0000-0000-000000000002","epoch":"e","heartbeatSeconds":25,"channels":[{"channelId":"00000000-0000-0000-0000-000000000003","headSeq":44,"readSeq":40}]}"#,
    r#"{"type":"message","channelId":"00000000-0000-0000-0000-000000000003","seq":42,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","nonce":"n","sentAt":"2026-11-17T09:12:00.000Z","message":"hi"}"#,
    r#"{"type":"edited","channelId":"00000000-0000-0000-0000-000000000003","seq":43,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","editedAt":"2026-11-17T09:12:00.000Z","message":"hi!"}"#,
    r#"{"type":"deleted","channelId":"00000000-0000-0000-0000-000000000003","seq":44,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","deletedAt":"2026-11-17T09:12:00.000Z"}"#,
    r#"{"type":"reacted","channelId":"00000000-0000-0000-0000-000000000003","seq":45,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","emoji":"👍","on":true}"#,
    r#"{"type":"member","channelId":"00000000-0000-0000-0000-000000000003","seq":46,"userId":"00000000-0000-0000-0000-000000000001","joined":true}"#,
    r#"{"type":"channel","channelId":"00000000-0000-0000-0000-000000000003","change":"deleted"}"#,
    r#"{"type":"ack","channelId":"00000000-0000-0000-0000-000000000003","nonce":"n","seq":42,"messageId":"00000000-0000-0000-0000-000000000004","duplicate":false}"#,
    r#"{"type":"rejected","nonce":"n","code":"rate_limited","message":"slow down","retryAfterMs":1500}"#,
    r#"{"type":"caught_up","channelId":"00000000-0000-0000-0000-000000000003","seq":44}"#,
    r#"{"type":"reset","channelId":"00000000-0000-0000-0000-000000000003","reason":"too_far","headSeq":90412}"#,
    r#"{"type":"read","channelId":"00000000-0000-0000-0000-000000000003","userId":"00000000-0000-0000-0000-000000000001","seq":42}"#,
    r#"{"type":"typing","channelId":"00000000-0000-0000-0000-000000000003","userId":"00000000-0000-0000-0000-000000000001"}"#,
    r#"{"type":"presence","userId":"00000000-0000-0000-0000-000000000001","online":true}"#,
    r#"{"type":"pong","at":17}"#,
];

#[test]
fn the_smallest_client_message_is_two_fields() {
    let read = ClientMessage::from_json(r#"{"type":"message","message":"hi"}"#);
    let Ok(ClientMessage::Message(send)) = read else { panic!("{read:?}") };
    assert_eq!((send.message.as_str(), send.channel_id, send.nonce), ("hi", None, None));
}

#[test]
fn the_type_may_stand_anywhere_and_unknown_fields_are_ignored() {
    let read = ClientMessage::from_json(r#"{"later":[1],"message":"hi","type":"message"}"#);
    assert!(matches!(read, Ok(ClientMessage::Message(_))));
}

#[test]
fn an_unknown_type_is_told_with_its_nonce() {
    assert_eq!(
        ClientMessage::from_json(r#"{"type":"shout","nonce":"n1"}"#),
        Err(DecodeError::UnknownType { kind: "shout".into(), nonce: Some("n1".into()) })
    );
}

#[test]
fn wrong_fields_are_told_with_their_nonce_and_broken_json_without() {
    let wrong = ClientMessage::from_json(r#"{"type":"message","nonce":"n1","message":5}"#);
    assert!(
        matches!(wrong, Err(DecodeError::Malformed { not_json: false, nonce: Some(n), .. }) if n == "n1")
    );
    for broken in ["", "{", "[]", "null", r#"{"message":"hi"}"#, r#"{"type":7}"#] {
        let read = ClientMessage::from_json(broken);
        assert!(matches!(read, Err(DecodeError::Malformed { not_json: true, .. })), "{broken}");
    }
}

#[test]
fn every_frame_reads_back_as_itself() {
    let pong = ServerMessage::Pong(Pong { at: 17 });
    assert_eq!(pong.to_json(), r#"{"type":"pong","at":17}"#);
    assert_eq!(ServerMessage::from_json(&pong.to_json()), Ok(pong));
    let typing = ClientMessage::Typing(Typing { channel_id: None });
    assert_eq!(typing.to_json(), r#"{"type":"typing"}"#);
    assert_eq!(ClientMessage::from_json(&typing.to_json()), Ok(typing));
}

#[test]
fn a_durable_event_is_the_same_json_in_a_frame_and_in_the_raw_log() {
    let event = ChannelEvent::Member(Member {
        channel_id: ChannelId(uuid::Uuid::nil()),
        seq: 46,
        user_id: UserId(uuid::Uuid::nil()),
        joined: true,
    });
    let logged = serde_json::to_string(&event).unwrap();
    assert_eq!(ServerMessage::from(event).to_json(), logged);
}

#[test]
fn every_type_of_frame_reads_back_as_it_was_written() {
    for json in FRAMES {
        let frame = ServerMessage::from_json(json).unwrap();
        assert_eq!(frame.to_json(), json);
        assert!(json.starts_with(&format!("{{\"type\":\"{}\"", frame.kind())));
    }
}

#[test]
fn a_frame_without_a_field_that_its_type_needs_is_refused() {
    for json in FRAMES {
        let whole: serde_json::Map<_, _> = serde_json::from_str(json).unwrap();
        let optional = ["type", "nonce", "retryAfterMs"];
        for field in whole.keys().filter(|key| !optional.contains(&key.as_str())) {
            let mut part = whole.clone();
            part.remove(field);
            let read = ServerMessage::from_json(&serde_json::to_string(&part).unwrap());
            assert!(read.is_err(), "{json} without {field}");
        }
    }
}

#[test]
fn an_unknown_type_is_told() {
    let unknown = DecodeError::UnknownType { kind: "later".into(), nonce: None };
    assert_eq!(ServerMessage::from_json(r#"{"type":"later","seq":1}"#), Err(unknown));
    for broken in ["", "[]", "{}", r#"{"type":7}"#] {
        let read = ServerMessage::from_json(broken);
        assert!(matches!(read, Err(DecodeError::Malformed { not_json: true, .. })), "{broken}");
    }
}
