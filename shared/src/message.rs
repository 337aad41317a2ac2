//! The frames of a socket, one JSON object per text frame, tagged by `type`: what a client says
//! (`ClientMessage`) and what the server says (`ServerMessage`).
//!
//! What a client says is read in two steps, first `type` and then the plain struct that belongs to
//! it, so that an error names the field. What the server says is read by the page, where every
//! derived reader costs bytes: see `server_frame.rs`. A derived, internally tagged enum buffers
//! every field, and was the largest function of the page.

use crate::frame_bodies::{
    Ack, Bookmark, BookmarkedFrame, CaughtUp, ChannelFrame, Delete, Edit, Follow, Pin, Ping, Pong,
    PresenceFrame, React, Read, ReadFrame, Rejected, RemovePreviews, Reset, Resume, Send,
    ThreadFrame, Typing, TypingFrame, Welcome,
};
use crate::{ChannelEvent, Deleted, Edited, Member, Message, Pinned, Previewed, Reacted};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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
        /// Pin a message, or take it down.
        "pin" => Pin(Pin),
        /// Remember a message for oneself, or forget it.
        "bookmark" => Bookmark(Bookmark),
        /// Follow a thread, or not.
        "follow" => Follow(Follow),
        /// Show no previews of one's own message's links.
        "remove_previews" => RemovePreviews(RemovePreviews),
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
        /// Durable: a message was pinned or taken down.
        "pinned" => Pinned(Pinned),
        /// Durable: a message's previews are known, or were removed.
        "previewed" => Previewed(Previewed),
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
        /// Where the user stands in a thread.
        "thread" => Thread(ThreadFrame),
        /// The user remembers a message, or forgot it.
        "bookmarked" => Bookmarked(BookmarkedFrame),
        /// A user is typing.
        "typing" => Typing(TypingFrame),
        /// A user came online or went offline.
        "presence" => Presence(PresenceFrame),
        /// The answer to `ping`.
        "pong" => Pong(Pong),
    }
}

impl ClientMessage {
    /// Reads one text frame.
    ///
    /// # Errors
    /// When it isn't JSON, its `type` is unknown, or its fields don't fit the type.
    pub fn from_json(text: &str) -> Result<Self, DecodeError> {
        let kind = head(text)?;
        match &*kind {
            "message" => body(text).map(Self::Message),
            "edit" => body(text).map(Self::Edit),
            "delete" => body(text).map(Self::Delete),
            "react" => body(text).map(Self::React),
            "pin" => body(text).map(Self::Pin),
            "bookmark" => body(text).map(Self::Bookmark),
            "follow" => body(text).map(Self::Follow),
            "remove_previews" => body(text).map(Self::RemovePreviews),
            "read" => body(text).map(Self::Read),
            "typing" => body(text).map(Self::Typing),
            "resume" => body(text).map(Self::Resume),
            "ping" => body(text).map(Self::Ping),
            other => Err(DecodeError::UnknownType {
                kind: other.chars().take(64).collect(),
                nonce: nonce_of(text),
            }),
        }
    }
}

impl ServerMessage {
    /// Reads one text frame.
    ///
    /// # Errors
    /// When it isn't JSON, its `type` is unknown, or its fields don't fit the type.
    pub fn from_json(text: &str) -> Result<Self, DecodeError> {
        crate::server_frame::read(text)
    }

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
            Self::Pinned(e) => Ok(ChannelEvent::Pinned(e)),
            Self::Previewed(e) => Ok(ChannelEvent::Previewed(e)),
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
            ChannelEvent::Pinned(e) => Self::Pinned(e),
            ChannelEvent::Previewed(e) => Self::Previewed(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChannelId, UserId};

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
