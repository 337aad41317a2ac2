//! What every event of the log has in common: kinds, deduplication by (user, nonce) over all history,
//! the message that a change is about, and the row that a change leaves. Messages themselves are in
//! `posts.rs`; what changes them in `changes.rs`, `reactions.rs`, `pins.rs` and `previews.rs`.

use super::posts::WITH_FILES;
use super::rows::{ChannelNo, Failure, Id, channel_no_of, seq_of};
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::{ChannelId, ErrorCode, MessageId, Seq, Timestamp, UserId};

pub use super::changes::{Edit, MessageChange};
pub use super::posts::NewMessage;
pub use super::reactions::NewReaction;

/// Kinds of event in `events.kind`; messages have a table of their own, and members are 4.
pub(super) const EDITED: i64 = 1;
pub(super) const DELETED: i64 = 2;
pub(super) const REACTED: i64 = 3;
pub(super) const PINNED: i64 = 5;
pub(super) const PREVIEWED: i64 = 6;

/// What a change came to, once it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where.
    pub channel_id: ChannelId,
    /// The nonce of the change.
    pub nonce: String,
    /// The seq it took.
    pub seq: Seq,
    /// The message it made or changed.
    pub message_id: MessageId,
    /// Whether it was stored before: this is the original's outcome.
    pub duplicate: bool,
}

/// What this user's nonce made before, whatever it was.
pub(super) fn original(
    db: &Connection,
    user: UserId,
    nonce: &str,
) -> Result<Option<Stored>, Failure> {
    let found: Option<(i64, Id)> = db
        .prepare_cached(
            "SELECT pos, message_id FROM messages WHERE user_id = ?1 AND nonce = ?2
             UNION ALL SELECT pos, message_id FROM events WHERE user_id = ?1 AND nonce = ?2",
        )?
        .query_row((Id::from(user), nonce), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((pos, message_id)) = found else { return Ok(None) };
    let channel: Id = db
        .prepare_cached("SELECT channel_id FROM channels WHERE no = ?1")?
        .query_row([channel_no_of(pos).0], |row| row.get(0))?;
    Ok(Some(Stored {
        channel_id: channel.into(),
        nonce: nonce.to_owned(),
        seq: seq_of(pos),
        message_id: message_id.into(),
        duplicate: true,
    }))
}

pub(super) fn stored(
    channel_id: ChannelId,
    nonce: &str,
    seq: Seq,
    message_id: MessageId,
) -> Stored {
    Stored { channel_id, nonce: nonce.to_owned(), seq, message_id, duplicate: false }
}

/// The message that a change is about.
pub(super) struct Target {
    pub pos: i64,
    pub author: UserId,
    pub deleted: bool,
    /// The place of its thread's first message.
    pub thread: Option<i64>,
    pub pinned: bool,
    /// Whether it holds something beside its text, and can do without one.
    pub wordless: bool,
}

/// The message, if it is of this channel.
pub(super) fn target(
    db: &Connection,
    no: ChannelNo,
    message: MessageId,
) -> Result<Option<Target>, Failure> {
    let found = db
        .prepare_cached(
            "SELECT pos, user_id, deleted_at IS NOT NULL, thread, pinned_by IS NOT NULL,
                    flags & ?2 OR forwarded IS NOT NULL
             FROM messages WHERE message_id = ?1",
        )?
        .query_row((Id::from(message), WITH_FILES), |row| {
            let author: Id = row.get(1)?;
            Ok(Target {
                pos: row.get(0)?,
                author: author.into(),
                deleted: row.get(2)?,
                thread: row.get(3)?,
                pinned: row.get(4)?,
                wordless: row.get(5)?,
            })
        })
        .optional()?;
    Ok(found.filter(|target| channel_no_of(target.pos) == no))
}

/// The message, which must be there.
pub(super) fn existing_target(
    db: &Connection,
    no: ChannelNo,
    message: MessageId,
) -> Result<Target, Failure> {
    target(db, no, message)?.ok_or_else(|| Error::not_found("message").into())
}

/// The message, which must be there and not be deleted.
pub(super) fn live_target(
    db: &Connection,
    no: ChannelNo,
    message: MessageId,
) -> Result<Target, Failure> {
    let target = existing_target(db, no, message)?;
    if target.deleted {
        return Err(Error::new(ErrorCode::Conflict, "the message was deleted").into());
    }
    Ok(target)
}

/// The id of the message in a place.
pub(super) fn message_at(db: &Connection, pos: i64) -> rusqlite::Result<MessageId> {
    db.prepare_cached("SELECT message_id FROM messages WHERE pos = ?1")?
        .query_row([pos], |row| row.get::<_, Id>(0).map(Into::into))
}

/// What a change leaves in the log.
pub(super) struct Logged<'a> {
    pub pos: i64,
    pub kind: i64,
    pub user_id: UserId,
    pub nonce: Option<&'a str>,
    pub at: Timestamp,
    pub target: i64,
    pub message_id: MessageId,
    pub text: Option<&'a str>,
    pub html: Option<&'a str>,
    pub on: Option<bool>,
}

/// Writes it.
pub(super) fn log(db: &Connection, event: &Logged<'_>) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO events
            (pos, kind, user_id, nonce, at, target, message_id, text, html, turned_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute((
        event.pos,
        event.kind,
        Id::from(event.user_id),
        event.nonce,
        event.at.0,
        event.target,
        Id::from(event.message_id),
        event.text,
        event.html,
        event.on,
    ))
    .map(drop)
}
