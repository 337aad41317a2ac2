//! Reading what the server says, in one pass and with one derived reader: every field that any
//! frame can have, each optional, and then the frame that the `type` asks for. A reader for each
//! frame would be fifteen times the code in the page.

use crate::frame_bodies::{
    Ack, BookmarkedFrame, CaughtUp, ChannelChange, ChannelFrame, Cursor, Pong, PresenceFrame,
    ReadFrame, Rejected, Reset, ResetReason, ThreadFrame, TypingFrame, Welcome,
};
use crate::message::{DecodeError, ServerMessage};
use crate::{
    Attachment, ChannelId, ChannelInfo, ClientId, Deleted, Edited, ErrorCode, Forwarded, Member,
    Message, MessageId, Pinned, Preview, Previewed, Reacted, Seq, Timestamp, UserId,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    #[serde(rename = "type")]
    kind: String,
    action: Option<bool>,
    also_in_channel: Option<bool>,
    at: Option<i64>,
    attachments: Option<Vec<Attachment>>,
    change: Option<ChannelChange>,
    channel: Option<ChannelInfo>,
    channel_id: Option<ChannelId>,
    channels: Option<Vec<Cursor>>,
    client_id: Option<ClientId>,
    code: Option<ErrorCode>,
    deleted_at: Option<Timestamp>,
    duplicate: Option<bool>,
    edited_at: Option<Timestamp>,
    emoji: Option<String>,
    epoch: Option<String>,
    following: Option<bool>,
    forwarded: Option<Forwarded>,
    head_seq: Option<Seq>,
    heartbeat_seconds: Option<u64>,
    html: Option<String>,
    joined: Option<bool>,
    message: Option<String>,
    message_id: Option<MessageId>,
    nonce: Option<String>,
    on: Option<bool>,
    online: Option<bool>,
    previews: Option<Vec<Preview>>,
    read_seq: Option<Seq>,
    reason: Option<ResetReason>,
    reply_to: Option<MessageId>,
    retry_after_ms: Option<u64>,
    sent_at: Option<Timestamp>,
    seq: Option<Seq>,
    thread_root: Option<MessageId>,
    user_id: Option<UserId>,
}

/// Reads one frame of the server.
pub(crate) fn read(text: &str) -> Result<ServerMessage, DecodeError> {
    let fields: Fields = serde_json::from_str(text).map_err(|e| DecodeError::Malformed {
        not_json: true,
        nonce: None,
        detail: e.to_string(),
    })?;
    if !KINDS.contains(&fields.kind.as_str()) {
        return Err(DecodeError::UnknownType { kind: fields.kind, nonce: fields.nonce });
    }
    let nonce = fields.nonce.clone();
    frame(fields).ok_or_else(|| DecodeError::Malformed {
        not_json: false,
        nonce,
        detail: "a field that this type needs is missing".to_owned(),
    })
}

const KINDS: [&str; 19] = [
    "welcome",
    "message",
    "edited",
    "deleted",
    "reacted",
    "member",
    "pinned",
    "previewed",
    "channel",
    "ack",
    "rejected",
    "caught_up",
    "reset",
    "read",
    "thread",
    "bookmarked",
    "typing",
    "presence",
    "pong",
];

/// The frame that the `type` asks for; None if a field that it needs is missing.
fn frame(f: Fields) -> Option<ServerMessage> {
    let (channel, seq, user, id) = (f.channel_id, f.seq, f.user_id, f.message_id);
    Some(match f.kind.as_str() {
        "welcome" => ServerMessage::Welcome(Welcome {
            user_id: user?,
            client_id: f.client_id?,
            epoch: f.epoch?,
            heartbeat_seconds: f.heartbeat_seconds?,
            channels: f.channels?,
        }),
        "message" => ServerMessage::Message(Message {
            channel_id: channel?,
            seq: seq?,
            message_id: id?,
            user_id: user?,
            nonce: f.nonce?,
            sent_at: f.sent_at?,
            message: f.message?,
            html: f.html,
            reply_to: f.reply_to,
            thread_root: f.thread_root,
            also_in_channel: f.also_in_channel.unwrap_or_default(),
            action: f.action.unwrap_or_default(),
            forwarded: f.forwarded,
            attachments: f.attachments.unwrap_or_default(),
        }),
        "edited" => ServerMessage::Edited(Edited {
            channel_id: channel?,
            seq: seq?,
            message_id: id?,
            user_id: user?,
            edited_at: f.edited_at?,
            message: f.message?,
            html: f.html,
        }),
        "deleted" => ServerMessage::Deleted(Deleted {
            channel_id: channel?,
            seq: seq?,
            message_id: id?,
            user_id: user?,
            deleted_at: f.deleted_at?,
            thread_root: f.thread_root,
        }),
        "reacted" => ServerMessage::Reacted(Reacted {
            channel_id: channel?,
            seq: seq?,
            message_id: id?,
            user_id: user?,
            emoji: f.emoji?,
            on: f.on?,
        }),
        "member" => ServerMessage::Member(Member {
            channel_id: channel?,
            seq: seq?,
            user_id: user?,
            joined: f.joined?,
        }),
        "pinned" => ServerMessage::Pinned(Pinned {
            channel_id: channel?,
            seq: seq?,
            message_id: id?,
            user_id: user?,
            on: f.on?,
        }),
        "previewed" => ServerMessage::Previewed(Previewed {
            channel_id: channel?,
            seq: seq?,
            message_id: id?,
            user_id: user?,
            previews: f.previews?,
        }),
        "channel" => ServerMessage::Channel(ChannelFrame {
            channel_id: channel?,
            change: f.change?,
            channel: f.channel,
        }),
        "ack" => ServerMessage::Ack(Ack {
            channel_id: channel?,
            nonce: f.nonce?,
            seq: seq?,
            message_id: id?,
            duplicate: f.duplicate?,
        }),
        "rejected" => ServerMessage::Rejected(Rejected {
            nonce: f.nonce,
            code: f.code?,
            message: f.message?,
            retry_after_ms: f.retry_after_ms,
        }),
        "caught_up" => ServerMessage::CaughtUp(CaughtUp { channel_id: channel?, seq: seq? }),
        "reset" => ServerMessage::Reset(Reset {
            channel_id: channel?,
            reason: f.reason?,
            head_seq: f.head_seq?,
        }),
        "read" => {
            ServerMessage::Read(ReadFrame { channel_id: channel?, user_id: user?, seq: seq? })
        }
        "thread" => ServerMessage::Thread(ThreadFrame {
            channel_id: channel?,
            message_id: id?,
            following: f.following?,
            read_seq: f.read_seq?,
        }),
        "bookmarked" => ServerMessage::Bookmarked(BookmarkedFrame {
            channel_id: channel?,
            message_id: id?,
            on: f.on?,
        }),
        "typing" => ServerMessage::Typing(TypingFrame { channel_id: channel?, user_id: user? }),
        "presence" => ServerMessage::Presence(PresenceFrame { user_id: user?, online: f.online? }),
        "pong" => ServerMessage::Pong(Pong { at: f.at? }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One JSON frame of each type, as the contract shows them.
    const FRAMES: [&str; 19] = [
        r#"{"type":"welcome","userId":"00000000-0000-0000-0000-000000000001","clientId":"00000000-0000-0000-0000-000000000002","epoch":"e","heartbeatSeconds":25,"channels":[{"channelId":"00000000-0000-0000-0000-000000000003","headSeq":44,"readSeq":40}]}"#,
        r#"{"type":"message","channelId":"00000000-0000-0000-0000-000000000003","seq":42,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","nonce":"n","sentAt":"2026-11-17T09:12:00.000Z","message":"hi"}"#,
        r#"{"type":"edited","channelId":"00000000-0000-0000-0000-000000000003","seq":43,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","editedAt":"2026-11-17T09:12:00.000Z","message":"hi!"}"#,
        r#"{"type":"deleted","channelId":"00000000-0000-0000-0000-000000000003","seq":44,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","deletedAt":"2026-11-17T09:12:00.000Z"}"#,
        r#"{"type":"reacted","channelId":"00000000-0000-0000-0000-000000000003","seq":45,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","emoji":"👍","on":true}"#,
        r#"{"type":"member","channelId":"00000000-0000-0000-0000-000000000003","seq":46,"userId":"00000000-0000-0000-0000-000000000001","joined":true}"#,
        r#"{"type":"pinned","channelId":"00000000-0000-0000-0000-000000000003","seq":47,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","on":true}"#,
        r#"{"type":"previewed","channelId":"00000000-0000-0000-0000-000000000003","seq":48,"messageId":"00000000-0000-0000-0000-000000000004","userId":"00000000-0000-0000-0000-000000000001","previews":[{"url":"https://example.org/","title":"Example"}]}"#,
        r#"{"type":"channel","channelId":"00000000-0000-0000-0000-000000000003","change":"deleted"}"#,
        r#"{"type":"ack","channelId":"00000000-0000-0000-0000-000000000003","nonce":"n","seq":42,"messageId":"00000000-0000-0000-0000-000000000004","duplicate":false}"#,
        r#"{"type":"rejected","nonce":"n","code":"rate_limited","message":"slow down","retryAfterMs":1500}"#,
        r#"{"type":"caught_up","channelId":"00000000-0000-0000-0000-000000000003","seq":44}"#,
        r#"{"type":"reset","channelId":"00000000-0000-0000-0000-000000000003","reason":"too_far","headSeq":90412}"#,
        r#"{"type":"read","channelId":"00000000-0000-0000-0000-000000000003","userId":"00000000-0000-0000-0000-000000000001","seq":42}"#,
        r#"{"type":"thread","channelId":"00000000-0000-0000-0000-000000000003","messageId":"00000000-0000-0000-0000-000000000004","following":true,"readSeq":40}"#,
        r#"{"type":"bookmarked","channelId":"00000000-0000-0000-0000-000000000003","messageId":"00000000-0000-0000-0000-000000000004","on":true}"#,
        r#"{"type":"typing","channelId":"00000000-0000-0000-0000-000000000003","userId":"00000000-0000-0000-0000-000000000001"}"#,
        r#"{"type":"presence","userId":"00000000-0000-0000-0000-000000000001","online":true}"#,
        r#"{"type":"pong","at":17}"#,
    ];

    #[test]
    fn every_type_of_frame_reads_back_as_it_was_written() {
        for (json, kind) in FRAMES.into_iter().zip(KINDS) {
            let frame = read(json).unwrap();
            assert_eq!((frame.kind(), frame.to_json().as_str()), (kind, json));
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
                let read = read(&serde_json::to_string(&part).unwrap());
                assert!(read.is_err(), "{json} without {field}");
            }
        }
    }

    #[test]
    fn an_unknown_type_is_told() {
        let unknown = DecodeError::UnknownType { kind: "later".into(), nonce: None };
        assert_eq!(read(r#"{"type":"later","seq":1}"#), Err(unknown));
        assert!(read("[]").is_err() && read("{}").is_err() && read("").is_err());
    }
}
