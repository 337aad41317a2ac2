//! The frames of a socket, one JSON object per text frame, tagged by `type`: what a client says
//! (`ClientMessage`) and what the server says (`ServerMessage`).
//!
//! The server reads and writes with serde, first `type` and then the plain struct that belongs to
//! it, so that an error names the field. The page reads what the server says, and writes what it
//! says itself, with `json`, where a type costs few bytes.

use crate::frame_bodies::{
    Ack, Bookmark, BookmarkedFrame, CaughtUp, ChannelFrame, Delete, Edit, Follow, Pin, Ping, Pong,
    PresenceFrame, React, Read, ReadFrame, Rejected, RemovePreviews, Reset, Resume, Send,
    ThreadFrame, Typing, TypingFrame, Welcome,
};
use crate::json::{Document, Json, Wire, Writer};
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

/// Writes a frame with serde.
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

/// Writes a frame as the page does.
fn tagged_small<T: Wire>(kind: &str, body: &T) -> String {
    let mut out = Writer::default();
    out.begin('{');
    out.key("type");
    out.text(kind);
    body.write_fields(&mut out);
    out.end('}');
    out.into_text()
}

/// Reads a frame's body as the page does; what doesn't fit is told by its document.
fn body_small<T: Wire>(json: Json<'_>) -> Result<T, DecodeError> {
    Ok(T::read(json))
}

macro_rules! frames {
    (
        $(#[$enum_doc:meta])*
        $name:ident: written by $write:ident, read by $read:ident from $from:ty => {
            $($(#[$doc:meta])* $kind:literal => $variant:ident($body:ty),)*
        }
    ) => {
        $(#[$enum_doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant($body),)* }

        impl $name {
            /// Writes it as one text frame.
            pub fn to_json(&self) -> String {
                match self { $(Self::$variant(body) => $write($kind, body),)* }
            }

            /// The frame's `type`.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// Reads the body that belongs to a `type`; None for an unknown one.
            fn read(kind: &str, from: $from) -> Option<Result<Self, DecodeError>> {
                Some(match kind {
                    $($kind => $read(from).map(Self::$variant),)*
                    _ => return None,
                })
            }
        }
    };
}

frames! {
    /// What a client says on a socket.
    ClientMessage: written by tagged_small, read by body from &str => {
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
    ServerMessage: written by tagged, read by body_small from Json<'_> => {
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
        Self::read(&kind, text).unwrap_or_else(|| {
            let kind = kind.chars().take(64).collect();
            Err(DecodeError::UnknownType { kind, nonce: nonce_of(text) })
        })
    }
}

impl ServerMessage {
    /// Reads one text frame.
    ///
    /// # Errors
    /// When it isn't JSON, its `type` is unknown, or its fields don't fit the type.
    pub fn from_json(text: &str) -> Result<Self, DecodeError> {
        let malformed = |not_json, nonce| DecodeError::Malformed {
            not_json,
            nonce,
            detail: "not a frame, or not with the fields that its type needs".to_owned(),
        };
        let document = Document::parse(text).map_err(|_| malformed(true, None))?;
        let json = document.root();
        let kind = json.get("type").text();
        if document.is_refused() {
            return Err(malformed(true, None));
        }
        let read = Self::read(&kind, json);
        let fits = !document.is_refused();
        let nonce = || Some(json.get("nonce").text()).filter(|nonce| !nonce.is_empty());
        match read {
            Some(frame) if fits => frame,
            Some(_) => Err(malformed(false, nonce())),
            None => Err(DecodeError::UnknownType { kind, nonce: nonce() }),
        }
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
mod tests;
