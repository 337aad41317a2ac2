//! The frames of a socket, one JSON object per text frame, tagged by `type`: what a client says
//! (`ClientMessage`) and what the server says (`ServerMessage`).
//!
//! Frames are read in two steps, first `type` and then the plain struct that belongs to it: a
//! derived, internally tagged enum buffers every field, and was the largest function of the page.

use crate::{
    ChannelEvent, ChannelId, ChannelInfo, ClientId, Deleted, Edited, ErrorCode, Member, Message,
    MessageId, Reacted, Seq, UserId,
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The close codes of Hubbub's sockets.
pub mod close_code {
    /// The client was revoked, logged out, or its account is gone.
    pub const NOT_LOGGED_IN: u16 = 4001;
    /// The user is no longer a member of the one channel of this socket, or the channel is gone.
    pub const NOT_A_MEMBER: u16 = 4003;
    /// The egress queue was full: connect again and resume.
    pub const TOO_SLOW: u16 = 4008;
    /// The server is shutting down: connect again in a moment.
    pub const DRAINING: u16 = 4009;
    /// Bad JSON, a binary or an oversized frame; a `rejected` with the reason came before.
    pub const PROTOCOL: u16 = 4010;
}

/// Why a text frame could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// It isn't a JSON object with a text `type`, or its fields don't fit the type. Holds the
    /// `nonce` if one could be read, and what is wrong.
    Malformed {
        /// The frame is not JSON at all, or not an object with a `type`.
        not_json: bool,
        /// The frame's nonce, if one could be read.
        nonce: Option<String>,
        /// What is wrong.
        detail: String,
    },
    /// The `type` is not known.
    UnknownType {
        /// The `type` that was said.
        kind: String,
        /// The frame's nonce, if one could be read.
        nonce: Option<String>,
    },
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct NonceOnly {
    #[serde(default)]
    nonce: Option<String>,
}

fn nonce_of(text: &str) -> Option<String> {
    serde_json::from_str::<NonceOnly>(text).ok().and_then(|frame| frame.nonce)
}

fn head(text: &str) -> Result<Cow<'_, str>, DecodeError> {
    serde_json::from_str::<Head<'_>>(text)
        .map(|head| head.kind)
        .map_err(|e| DecodeError::Malformed { not_json: true, nonce: None, detail: e.to_string() })
}

fn body<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, DecodeError> {
    serde_json::from_str(text).map_err(|e| DecodeError::Malformed {
        not_json: false,
        nonce: nonce_of(text),
        detail: e.to_string(),
    })
}

fn tagged<T: Serialize>(kind: &str, body: &T) -> String {
    let mut out = String::with_capacity(256);
    out.push_str("{\"type\":\"");
    out.push_str(kind);
    out.push('"');
    // Writing to a String can't fail, and every frame is a struct: `{` and its fields, or `{}`.
    let json = serde_json::to_string(body).unwrap_or_default();
    if json.len() > 2 {
        out.push(',');
        out.push_str(&json[1..]);
    } else {
        out.push('}');
    }
    out
}

macro_rules! frames {
    ($(#[$enum_doc:meta])* $name:ident { $($(#[$doc:meta])* $kind:literal => $variant:ident($body:ty),)* }) => {
        $(#[$enum_doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant($body),)* }

        impl $name {
            /// Reads one text frame.
            ///
            /// # Errors
            /// When it isn't JSON, its `type` is unknown, or its fields don't fit the type.
            pub fn from_json(text: &str) -> Result<Self, DecodeError> {
                let kind = head(text)?;
                match &*kind {
                    $($kind => body::<$body>(text).map(Self::$variant),)*
                    other => Err(DecodeError::UnknownType {
                        kind: other.chars().take(64).collect(),
                        nonce: nonce_of(text),
                    }),
                }
            }

            /// Writes it as one text frame.
            pub fn to_json(&self) -> String {
                match self { $(Self::$variant(body) => tagged($kind, body),)* }
            }

            /// The frame's `type`.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }
        }
    };
}

frames! {
    /// What a client says on a socket.
    ClientMessage {
        /// Send a message.
        "message" => Message(Send),
        /// Change the text of a message.
        "edit" => Edit(Edit),
        /// Delete a message.
        "delete" => Delete(Delete),
        /// Set or take back a reaction.
        "react" => React(React),
        /// Move one's read position forward.
        "read" => Read(Read),
        /// "I am typing."
        "typing" => Typing(Typing),
        /// Replay what was missed.
        "resume" => Resume(Resume),
        /// Is anybody there?
        "ping" => Ping(Ping),
    }
}

frames! {
    /// What the server says on a socket.
    ServerMessage {
        /// The first frame on every socket.
        "welcome" => Welcome(Welcome),
        /// Durable: a message was sent.
        "message" => Message(Message),
        /// Durable: a message's text was changed.
        "edited" => Edited(Edited),
        /// Durable: a message was deleted.
        "deleted" => Deleted(Deleted),
        /// Durable: a reaction was set or taken back.
        "reacted" => Reacted(Reacted),
        /// Durable: a membership began or ended.
        "member" => Member(Member),
        /// A channel appeared, changed or is gone.
        "channel" => Channel(ChannelFrame),
        /// What the client asked for is on disk.
        "ack" => Ack(Ack),
        /// What the client asked for was refused; nothing was changed.
        "rejected" => Rejected(Rejected),
        /// The replay is complete up to here; what follows is live.
        "caught_up" => CaughtUp(CaughtUp),
        /// Too much was missed: load the newest page again.
        "reset" => Reset(Reset),
        /// A user's read position moved.
        "read" => Read(ReadFrame),
        /// A user is typing.
        "typing" => Typing(TypingFrame),
        /// A user came online or went offline.
        "presence" => Presence(PresenceFrame),
        /// The answer to `ping`.
        "pong" => Pong(Pong),
    }
}

impl ServerMessage {
    /// The durable event in it, or the message back when it holds none.
    ///
    /// # Errors
    /// Not a failure: the frame itself, when it is not a durable event.
    #[expect(clippy::result_large_err, reason = "no failure: the frame itself is handed back")]
    pub fn into_event(self) -> Result<ChannelEvent, Self> {
        match self {
            Self::Message(e) => Ok(ChannelEvent::Message(e)),
            Self::Edited(e) => Ok(ChannelEvent::Edited(e)),
            Self::Deleted(e) => Ok(ChannelEvent::Deleted(e)),
            Self::Reacted(e) => Ok(ChannelEvent::Reacted(e)),
            Self::Member(e) => Ok(ChannelEvent::Member(e)),
            other => Err(other),
        }
    }
}

impl From<ChannelEvent> for ServerMessage {
    fn from(event: ChannelEvent) -> Self {
        match event {
            ChannelEvent::Message(e) => Self::Message(e),
            ChannelEvent::Edited(e) => Self::Edited(e),
            ChannelEvent::Deleted(e) => Self::Deleted(e),
            ChannelEvent::Reacted(e) => Self::Reacted(e),
            ChannelEvent::Member(e) => Self::Member(e),
        }
    }
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attr:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$attr])* pub $field: $type,)* }
    )*};
}

bodies! {
    /// Client: send a message. The smallest is `{"type":"message","message":"hi"}` on a socket of
    /// one channel.
    Send {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The sender's own id, unique for ever among the user's; the server makes one if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// The text, at most 65,536 bytes.
        message: String,
        /// The message of the same channel that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    }

    /// Client: change the text of one's own message.
    Edit {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// The new text, at most 65,536 bytes.
        message: String,
    }

    /// Client: delete a message.
    Delete {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
    }

    /// Client: set or take back a reaction. Answered by `ack` only if it names a nonce.
    React {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The message.
        message_id: MessageId,
        /// One emoji.
        emoji: String,
        /// Set (true) or take back (false).
        on: bool,
        /// As for `message`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
    }

    /// Client: "I have read up to here". Never moves back; held at the head.
    Read {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
        /// The last seq that was read.
        seq: Seq,
    }

    /// Client: "I am typing here". Holds true for six seconds.
    Typing {
        /// Where; may be left out on a socket of one channel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel_id: Option<ChannelId>,
    }

    /// Client: replay everything after these positions.
    Resume {
        /// The last seq the client holds, for each channel it wants caught up.
        cursors: BTreeMap<ChannelId, Seq>,
    }

    /// Client: is anybody there?
    Ping {
        /// Any number; the `pong` carries it back.
        #[serde(default)]
        at: i64,
    }

    /// Server: the answer to `ping`.
    Pong {
        /// The number of the `ping`.
        at: i64,
    }

    /// Server: the first frame on every socket.
    Welcome {
        /// Who is logged in.
        user_id: UserId,
        /// With which client.
        client_id: ClientId,
        /// Which life of the history this is; another one than before (a restored backup) means
        /// that cursors don't hold any more.
        epoch: String,
        /// Seconds between two heartbeats.
        heartbeat_seconds: u64,
        /// The channels of this socket. What is newer than their `headSeq` arrives by itself.
        channels: Vec<Cursor>,
    }

    /// How far a channel has come and how far the user has read, in a `welcome`.
    Cursor {
        /// Which channel.
        channel_id: ChannelId,
        /// The seq of its newest event.
        head_seq: Seq,
        /// How far the user has read.
        read_seq: Seq,
    }

    /// Server: a channel appeared, changed or is gone.
    ChannelFrame {
        /// Which channel.
        channel_id: ChannelId,
        /// What happened.
        change: ChannelChange,
        /// The channel as it is now; left out when it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<ChannelInfo>,
    }

    /// Server: what the client asked for is on disk.
    Ack {
        /// Where.
        channel_id: ChannelId,
        /// The nonce of what is acknowledged.
        nonce: String,
        /// The seq that it took.
        seq: Seq,
        /// The message that it made or changed.
        message_id: MessageId,
        /// Whether it was on disk before: this is the original's answer.
        duplicate: bool,
    }

    /// Server: what the client asked for was refused; nothing was changed.
    Rejected {
        /// The nonce of what was refused, if it had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<String>,
        /// The stable word for programs.
        code: ErrorCode,
        /// What to do about it, for a person.
        message: String,
        /// After how many milliseconds it may be tried again, where waiting helps.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after_ms: Option<u64>,
    }

    /// Server: the replay is complete.
    CaughtUp {
        /// Where.
        channel_id: ChannelId,
        /// The last seq that was replayed.
        seq: Seq,
    }

    /// Server: load the newest page again.
    Reset {
        /// Where.
        channel_id: ChannelId,
        /// Why.
        reason: ResetReason,
        /// The seq of the channel's newest event.
        head_seq: Seq,
    }

    /// Server: a user's read position moved.
    ReadFrame {
        /// Where.
        channel_id: ChannelId,
        /// Whose.
        user_id: UserId,
        /// The last seq that was read.
        seq: Seq,
    }

    /// Server: a user is typing.
    TypingFrame {
        /// Where.
        channel_id: ChannelId,
        /// Who.
        user_id: UserId,
    }

    /// Server: a user came online or went offline.
    PresenceFrame {
        /// Who.
        user_id: UserId,
        /// Whether a socket of theirs is open.
        online: bool,
    }
}

/// What happened to a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChannelChange {
    /// It is new to you: created, or you became a member.
    Created,
    /// Its name, topic or visibility changed.
    Updated,
    /// It is gone, or you are no member any more.
    Deleted,
}

/// Why a replay can't be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetReason {
    /// More than 1,000 events behind.
    TooFar,
    /// The cursor is from another life of this history.
    Epoch,
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
