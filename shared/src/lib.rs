//! Everything that travels between Hubbub's server, its page and its API's users: frames, requests
//! and answers, ids, paths, limits, and the pure rules that both sides must agree on.
//!
//! Nothing here does I/O, reads a clock or draws a random number. Storage rows, HTTP status lines
//! and anything with a signal in it live elsewhere, on purpose.

// The derive of `json::Wire` names this crate as its users do.
extern crate self as shared;

pub mod api;
mod attachment;
mod by_seq;
mod channel;
mod chat_message;
mod error;
mod event;
mod frame_bodies;
mod ids;
pub mod json;
pub mod limits;
pub mod look;
pub mod map;
mod message;
pub mod names;
pub mod paths;
mod preview;
pub mod timeline;
mod timestamp;
mod user;

pub use attachment::{Attachment, AttachmentKind};
pub use channel::{ChannelInfo, ChannelKind, Visibility};
pub use chat_message::{ChatMessage, Forwarded, Reaction};
pub use error::{ErrorCode, Problem, ProblemDetail};
pub use event::{ChannelEvent, Deleted, Edited, Member, Message, Pinned, Previewed, Reacted};
pub use frame_bodies::{
    Ack, Bookmark, BookmarkedFrame, CaughtUp, ChannelChange, ChannelFrame, Cursor, Delete, Edit,
    Follow, Forward, Pin, Ping, Pong, PresenceFrame, React, Read, ReadFrame, Rejected,
    RemovePreviews, Reset, ResetReason, Resume, Send, ThreadFrame, Typing, TypingFrame, Welcome,
};
pub use ids::{ChannelId, ClientId, MessageId, ParseIdError, PasskeyId, Seq, UploadId, UserId};
pub use message::{ClientMessage, DecodeError, ServerMessage, close_code};
pub use preview::Preview;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use user::{ClientInfo, Role, UserInfo};
