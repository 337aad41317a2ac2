//! Holds the page's reader and writer against serde, type by type, and against any text.

use super::*;
use crate::api::account::{
    Clients, LogIn, Me, Session, SignUp, SignupPolicy, Ticket, UpdateMe, Users,
};
use crate::api::channels::{Channels, CreateChannel, ReadPosition, UpdateChannel};
use crate::api::emoji::{Emoji, EmojiGroup, EmojiTable};
use crate::api::messages::{
    EditMessage, ListedMessage, MessageList, MessagePage, PostMessage, ThreadPage, Version,
    Versions,
};
use crate::limits::JSON_MAX_DEPTH;
use crate::{
    Ack, ChannelChange, ChannelFrame, ChannelId, ChannelInfo, ChannelKind, ChatMessage, ClientId,
    ClientInfo, Cursor, Delete, Edit, Edited, ErrorCode, Message, MessageId, Ping, Problem,
    ProblemDetail, React, Reaction, Rejected, Reset, ResetReason, Resume, Role, Send, Timestamp,
    Typing, UserId, UserInfo, Visibility, Welcome,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn id(low: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + low)
}

/// What both readers make of a text, written again by serde.
fn both<T: Wire + Serialize + DeserializeOwned>(text: &str) -> [Option<String>; 2] {
    let write = |value: T| serde_json::to_string(&value).unwrap();
    [serde_json::from_str(text).ok().map(write), from_str(text).ok().map(write)]
}

/// Holds `Wire` against serde: both write the same, and both read and refuse the same, whatever is
/// missing from it or stands in the place of any of its values.
fn agree<T: Wire + Serialize + DeserializeOwned>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(to_string(value), text);
    assert_eq!(both::<T>(&text), [Some(text.clone()), Some(text.clone())]);
    let whole: Value = serde_json::from_str(&text).unwrap();
    let mut changed = Vec::new();
    changes(&whole, &mut |value| changed.push(value.to_string()));
    for text in changed {
        let [serde, wire] = both::<T>(&text);
        assert_eq!(wire, serde, "{text}");
    }
}

/// Everything that differs from a value in one place.
fn changes(value: &Value, tell: &mut dyn FnMut(Value)) {
    let others = [json!(null), json!(true), json!(17), json!(-1), json!(1.5), json!("x")];
    others.into_iter().chain([json!({}), json!({"later": 1})]).for_each(&mut *tell);
    if !value.is_object() {
        // Serde takes a list for a struct as well, its fields in their order; the wire has no such.
        [json!([]), json!([{}])].into_iter().for_each(&mut *tell);
    }
    match value {
        Value::Array(items) => {
            for at in 0..items.len() {
                changes(&items[at], &mut |item| {
                    let mut items = items.clone();
                    items[at] = item;
                    tell(Value::Array(items));
                });
            }
        }
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("later".to_owned(), json!([{ "a": [1, "b"] }]));
            tell(Value::Object(more));
            for key in fields.keys() {
                let mut fewer = fields.clone();
                fewer.remove(key);
                tell(Value::Object(fewer));
                changes(&fields[key], &mut |field| {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), field);
                    tell(Value::Object(fields));
                });
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn user() -> UserInfo {
    UserInfo {
        user_id: UserId(id(1)),
        username: "ada".into(),
        display_name: "Ada \"Æ\" 👋".into(),
        role: Role::Owner,
        online: true,
    }
}

fn channel() -> ChannelInfo {
    ChannelInfo {
        channel_id: ChannelId(id(3)),
        kind: ChannelKind::Room,
        name: Some("ops".into()),
        topic: None,
        visibility: Visibility::Public,
        user_ids: vec![UserId(id(1)), UserId(id(2))],
        created_by: UserId(id(1)),
        created_at: Timestamp(1_795_386_051_123),
        head_seq: 44,
        read_seq: Some(u64::MAX),
        unread: None,
        mentions: Some(0),
    }
}

fn chat_message() -> ChatMessage {
    ChatMessage {
        message_id: MessageId(id(4)),
        channel_id: ChannelId(id(3)),
        seq: 42,
        user_id: UserId(id(1)),
        message: "one\ntwo\t\u{1}\\ </p>".into(),
        html: Some("<p>one</p>".into()),
        sent_at: Timestamp(0),
        edited_at: Some(Timestamp(1)),
        deleted_at: None,
        reply_to: Some(MessageId(id(5))),
        thread_root: Some(MessageId(id(6))),
        also_in_channel: true,
        action: true,
        forwarded: Some(crate::Forwarded {
            channel_id: ChannelId(id(7)),
            message_id: MessageId(id(8)),
            seq: 1,
            user_id: UserId(id(2)),
            sent_at: Timestamp(3),
        }),
        reply_count: Some(2),
        last_reply_at: Some(Timestamp(9)),
        replier_ids: vec![UserId(id(2))],
        pinned_by: Some(UserId(id(1))),
        attachments: vec![attachment()],
        previews: vec![preview()],
        reactions: vec![Reaction { emoji: "👍".into(), user_ids: vec![UserId(id(2))] }],
    }
}

fn attachment() -> crate::Attachment {
    crate::Attachment {
        upload_id: crate::UploadId(id(9)),
        filename: "a b.png".into(),
        content_type: "image/png".into(),
        kind: crate::AttachmentKind::Image,
        size: 5,
        width: Some(3),
        height: Some(4),
    }
}

fn preview() -> crate::Preview {
    crate::Preview {
        url: "https://example.org/".into(),
        title: "Example".into(),
        text: Some("An example".into()),
        site: None,
        image: Some("/api/previews/x.webp".into()),
        width: Some(3),
        height: Some(4),
    }
}

#[test]
fn what_the_page_reads_is_the_same_to_wire_and_to_serde() {
    agree(&user());
    agree(&channel());
    agree(&chat_message());
    agree(&Users { users: vec![user(), user()] });
    agree(&Channels { channels: vec![channel()] });
    agree(&MessagePage {
        messages: vec![chat_message()],
        head_seq: 44,
        has_before: true,
        has_after: false,
    });
    let versions = vec![Version { message: "a".into(), html: None, at: Timestamp(1) }];
    agree(&Versions { versions });
    agree(&MessageList {
        items: vec![ListedMessage {
            message: chat_message(),
            marked: Some("<mark>a</mark>".into()),
            unread: Some(1),
        }],
        before: Some(7),
    });
    agree(&ThreadPage {
        root: chat_message(),
        messages: vec![chat_message()],
        head_seq: 44,
        has_before: true,
        has_after: false,
        following: true,
        read_seq: 7,
    });
    agree(&crate::api::uploads::Uploaded { uploads: vec![attachment()] });
    agree(&EmojiTable {
        emoji: vec![Emoji {
            emoji: "👍".into(),
            name: "thumbs up".into(),
            shortcodes: vec!["+1".into(), "thumbsup".into()],
            group: EmojiGroup::PeopleAndBody,
            tones: true,
        }],
    });
    agree(&Me { user: user(), client_id: ClientId(id(2)), has_password: false });
    agree(&Clients {
        clients: vec![ClientInfo {
            client_id: ClientId(id(2)),
            device: "Firefox".into(),
            created_at: Timestamp(-1),
            last_used_at: Timestamp(1),
            current: true,
        }],
    });
    agree(&crate::api::account::Setup { first_visitor: true, signup: SignupPolicy::Invite });
    agree(&Session {
        user_id: UserId(id(1)),
        client_id: ClientId(id(2)),
        username: "ada".into(),
        token: "t".into(),
    });
    agree(&Ticket { ticket: "t".into(), expires_at: Timestamp(5) });
    let detail = ProblemDetail { pointer: "/userIds/1".into(), detail: "nobody".into() };
    agree(&Problem::new(ErrorCode::NotFound, "gone", vec![detail]));
    agree(&Problem::new(ErrorCode::StorageUnavailable, "later", Vec::new()));
}

#[test]
fn what_the_page_writes_is_the_same_to_wire_and_to_serde() {
    let some = || Some("x".to_owned());
    agree(&SignUp { username: "a".into(), password: some(), display_name: some(), invite: None });
    agree(&LogIn { username: "a".into(), password: "b".into(), device: None });
    agree(&UpdateMe { display_name: some(), password: None, current_password: some() });
    agree(&CreateChannel {
        user_ids: vec![UserId(id(1))],
        name: some(),
        topic: None,
        visibility: Some(Visibility::Private),
    });
    agree(&UpdateChannel { name: None, topic: some(), visibility: None });
    agree(&ReadPosition { seq: 7 });
    agree(&PostMessage {
        message: "hi".into(),
        reply_to: Some(MessageId(id(4))),
        thread_root: Some(MessageId(id(5))),
        also_in_channel: true,
        ..PostMessage::default()
    });
    agree(&EditMessage { message: "hi".into(), nonce: some() });
}

#[test]
fn the_bodies_of_frames_are_the_same_to_wire_and_to_serde() {
    let (channel_id, message_id, user_id) = (ChannelId(id(3)), MessageId(id(4)), UserId(id(1)));
    let (some, nonce) = (Some(channel_id), || Some("n".to_owned()));
    agree(&Send {
        channel_id: some,
        nonce: nonce(),
        message: "hi".into(),
        reply_to: None,
        thread_root: Some(message_id),
        also_in_channel: true,
        action: true,
        attachment_ids: vec![crate::UploadId(id(9))],
        forward: Some(crate::Forward { channel_id, message_id }),
    });
    agree(&crate::Pin { channel_id: some, message_id, on: true, nonce: None });
    agree(&crate::Bookmark { channel_id: some, message_id, on: true });
    agree(&crate::Follow { channel_id: None, message_id, on: false });
    agree(&crate::RemovePreviews { channel_id: None, message_id, nonce: nonce() });
    agree(&Edit { channel_id: some, message_id, nonce: None, message: "hi".into() });
    agree(&Delete { channel_id: None, message_id, nonce: nonce() });
    agree(&React { channel_id: some, message_id, emoji: "👍".into(), on: true, nonce: None });
    agree(&crate::Read { channel_id: some, thread_root: Some(message_id), seq: 3 });
    agree(&Typing { channel_id: None });
    agree(&Resume { cursors: BTreeMap::from([(channel_id, 41), (ChannelId(id(9)), 0)]) });
    agree(&Ping { at: -17 });
    agree(&Welcome {
        user_id,
        client_id: ClientId(id(2)),
        epoch: "e".into(),
        heartbeat_seconds: 25,
        channels: vec![Cursor { channel_id, head_seq: 44, read_seq: 40, mentions: 2 }],
    });
    agree(&ChannelFrame { channel_id, change: ChannelChange::Updated, channel: Some(channel()) });
    agree(&Ack { channel_id, nonce: "n".into(), seq: 2, message_id, duplicate: false });
    agree(&Rejected {
        nonce: nonce(),
        code: ErrorCode::RateLimited,
        message: "slow down".into(),
        retry_after_ms: Some(1500),
    });
    agree(&Reset { channel_id, reason: ResetReason::TooFar, head_seq: 90_412 });
    agree(&Message {
        channel_id,
        seq: 1,
        message_id,
        user_id,
        nonce: "n".into(),
        sent_at: Timestamp(1),
        message: "hi".into(),
        html: None,
        reply_to: Some(message_id),
        thread_root: None,
        also_in_channel: true,
        action: true,
        forwarded: None,
        attachments: vec![attachment()],
    });
    agree(&crate::Deleted {
        channel_id,
        seq: 3,
        message_id,
        user_id,
        deleted_at: Timestamp(3),
        thread_root: Some(message_id),
    });
    agree(&crate::Pinned { channel_id, seq: 4, message_id, user_id, on: true });
    let previews = vec![preview()];
    agree(&crate::Previewed { channel_id, seq: 5, message_id, user_id, previews });
    agree(&crate::ThreadFrame { channel_id, message_id, following: true, read_seq: 4 });
    agree(&crate::BookmarkedFrame { channel_id, message_id, on: true });
    agree(&Edited {
        channel_id,
        seq: 2,
        message_id,
        user_id,
        edited_at: Timestamp(2),
        message: "hi!".into(),
        html: Some("<p>hi!</p>".into()),
    });
}

#[test]
fn every_code_of_an_error_is_the_same_to_wire_and_to_serde() {
    ErrorCode::ALL.iter().for_each(agree);
}

#[test]
fn nesting_has_a_bound() {
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    assert!(Document::parse(&nested(JSON_MAX_DEPTH)).is_ok());
    assert!(Document::parse(&nested(JSON_MAX_DEPTH + 1)).is_err());
    assert!(Document::parse(&"[{\"a\":".repeat(100_000)).is_err());
}

#[test]
fn half_of_a_surrogate_pair_is_shown_as_such_and_a_whole_one_as_its_sign() {
    let read = |text: &str| from_str::<String>(text).unwrap();
    assert_eq!(read(r#""a\ud83d\udc4b\u00e9z""#), "a👋éz");
    assert_eq!(read(r#""\ud83d\\\udc4b""#), "\u{fffd}\\\u{fffd}");
}

#[test]
fn a_key_is_found_as_well_when_it_is_written_with_escapes() {
    assert_eq!(from_str::<Ping>(r#"{ "\u0061t" : 5 , "at" : 6 }"#).unwrap().at, 5);
}

proptest! {
    #[test]
    fn any_text_is_written_as_serde_writes_it_and_reads_back(text in any::<String>()) {
        let json = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(to_string(&text), json.clone());
        prop_assert_eq!(from_str::<String>(&json), Ok(text));
    }

    #[test]
    fn any_number_reads_back(unsigned in any::<u64>(), signed in any::<i64>()) {
        prop_assert_eq!(from_str::<u64>(&to_string(&unsigned)), Ok(unsigned));
        prop_assert_eq!(from_str::<i64>(&to_string(&signed)), Ok(signed));
    }

    /// Texts of the pieces of JSON, so that many are nearly right and some are.
    #[test]
    fn what_is_json_to_serde_is_json_here_and_nothing_else(
        text in r#"([\[\]{}:,]|"a"|"\\u00e9\\"|"é\t?"|\\|null|true|-?[0-9]{1,2}|[.eE+-]|[ \n]){0,9}"#
    ) {
        let serde = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(Document::parse(&text).is_ok(), serde, "{}", text);
    }

    #[test]
    fn anything_is_read_or_refused_without_panic(text in ".{0,40}") {
        let serde = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(Document::parse(&text).is_ok(), serde, "{}", text);
    }

    #[test]
    fn values_of_any_shape_are_json(value in value()) {
        let text = value.to_string();
        prop_assert!(Document::parse(&text).is_ok(), "{}", text);
        prop_assert!(Document::parse(&text[..text.len() - 1]).is_err() || value.is_number());
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}
