//! Writing the log: messages, edits, deletions and reactions. Each takes the next seq of its
//! channel, is deduplicated by (user, nonce) over all history, and is announced after the commit.

use super::Storage;
use super::journal::Post;
use super::mentions::{forget_mentions, note_mentions};
use super::rows::{ChannelNo, Failure, Id, Place, channel_no_of, place, seq_of};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::limits::REACTIONS_PER_MESSAGE_MAX;
use shared::{
    ChannelEvent, ChannelId, Deleted, Edited, ErrorCode, Message, MessageId, Reacted, Seq,
    Timestamp, UserId,
};

/// Kinds of event in `events.kind`; messages have a table of their own.
pub(super) const EDITED: i64 = 1;
pub(super) const DELETED: i64 = 2;
pub(super) const REACTED: i64 = 3;

/// A message to send.
#[derive(Debug)]
pub struct NewMessage {
    /// Where.
    pub channel_id: ChannelId,
    /// The new id.
    pub message_id: MessageId,
    /// Who sends it.
    pub user_id: UserId,
    /// The sender's own id of the sending.
    pub nonce: String,
    /// The text as written.
    pub message: String,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// When.
    pub sent_at: Timestamp,
}

/// A message's new text, or its deletion.
#[derive(Debug)]
pub struct MessageChange {
    /// Where.
    pub channel_id: ChannelId,
    /// The message.
    pub message_id: MessageId,
    /// Who changes it.
    pub user_id: UserId,
    /// The user's own id of the change.
    pub nonce: String,
    /// The new text; None deletes it.
    pub message: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A reaction to set or take back.
#[derive(Debug)]
pub struct NewReaction {
    /// Where.
    pub channel_id: ChannelId,
    /// The message.
    pub message_id: MessageId,
    /// Who reacts.
    pub user_id: UserId,
    /// The user's own id of the change.
    pub nonce: String,
    /// The emoji.
    pub emoji: String,
    /// Set or taken back.
    pub on: bool,
    /// When.
    pub at: Timestamp,
}

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

impl Storage {
    /// Sends a message; `done` is called once it is on disk or refused.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `invalid`, `storage_unavailable`.
    pub async fn insert_message(&self, new: NewMessage, done: Done<Stored>) -> Result<()> {
        // An answer is held against the message that it answers, which must be in its place.
        let needs = if new.reply_to.is_some() { Needs::Log } else { Needs::NoLog };
        self.writer.submit(needs, move |tx| insert(tx, &new), done).await
    }

    /// Changes or deletes a message.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn change_message(&self, change: MessageChange, done: Done<Stored>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| alter(tx, &change), done).await
    }

    /// Sets or takes back a reaction.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `conflict`, `storage_unavailable`.
    pub async fn react(&self, reaction: NewReaction, done: Done<Stored>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| react(tx, &reaction), done).await
    }
}

/// What this user's nonce made before, whatever it was.
fn original(db: &Connection, user: UserId, nonce: &str) -> Result<Option<Stored>, Failure> {
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

fn insert(tx: &mut Tx<'_>, new: &NewMessage) -> Result<Stored, Failure> {
    let db = tx.db;
    let Place { no, head_seq, standing } = tx.place(new.user_id, new.channel_id)?;
    permission::may_post(&standing)?;
    if let Some(stored) = tx.posted(new.user_id, &new.nonce) {
        return Ok(stored);
    }
    if let Some(stored) = original(db, new.user_id, &new.nonce)? {
        return Ok(stored);
    }
    if let Some(answered) = new.reply_to {
        let there = target(db, no, answered)?.is_some();
        if !there {
            return Err(Error::invalid("/replyTo", "names no message of this channel").into());
        }
    }
    let seq = tx.next_seq(no, head_seq);
    let post = Post {
        pos: no.pos(seq),
        message_id: new.message_id,
        user_id: new.user_id,
        nonce: new.nonce.clone(),
        sent_at: new.sent_at,
        message: new.message.clone(),
    };
    note_mentions(db, no, post.pos, new.user_id.into(), &new.message)?;
    tx.post(new.channel_id, post, new.reply_to)?;
    tx.has_read(no, new.user_id, seq);
    tx.announce(Announcement::Event(ChannelEvent::Message(Message {
        channel_id: new.channel_id,
        seq,
        message_id: new.message_id,
        user_id: new.user_id,
        nonce: new.nonce.clone(),
        sent_at: new.sent_at,
        message: new.message.clone(),
        html: None,
        reply_to: new.reply_to,
        thread_root: None,
        also_in_channel: false,
        action: false,
        forwarded: None,
        attachments: Vec::new(),
    })));
    Ok(stored(new.channel_id, &new.nonce, seq, new.message_id))
}

/// Puts a message into its place.
pub(super) fn insert_message(
    db: &Connection,
    post: &Post,
    reply_to: Option<MessageId>,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO messages (pos, message_id, user_id, nonce, sent_at, message, reply_to)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        post.pos,
        Id::from(post.message_id),
        Id::from(post.user_id),
        &post.nonce,
        post.sent_at.0,
        &post.message,
        reply_to.map(Id::from),
    ))
    .map(drop)
}

fn stored(channel_id: ChannelId, nonce: &str, seq: Seq, message_id: MessageId) -> Stored {
    Stored { channel_id, nonce: nonce.to_owned(), seq, message_id, duplicate: false }
}

/// The message that a change is about.
struct Target {
    pos: i64,
    author: UserId,
    deleted: bool,
}

fn target(db: &Connection, no: ChannelNo, message: MessageId) -> Result<Option<Target>, Failure> {
    let found = db
        .prepare_cached(
            "SELECT pos, user_id, deleted_at IS NOT NULL FROM messages WHERE message_id = ?1",
        )?
        .query_row([Id::from(message)], |row| {
            let author: Id = row.get(1)?;
            Ok(Target { pos: row.get(0)?, author: author.into(), deleted: row.get(2)? })
        })
        .optional()?;
    Ok(found.filter(|target| channel_no_of(target.pos) == no))
}

fn existing_target(db: &Connection, no: ChannelNo, message: MessageId) -> Result<Target, Failure> {
    target(db, no, message)?.ok_or_else(|| Error::not_found("message").into())
}

fn alter(tx: &mut Tx<'_>, change: &MessageChange) -> Result<Stored, Failure> {
    let db = tx.db;
    let MessageChange { channel_id, message_id, user_id, at, .. } = *change;
    let Place { no, head_seq, standing } = place(db, user_id, channel_id)?;
    permission::may_read(&standing)?;
    if let Some(stored) = original(db, user_id, &change.nonce)? {
        return Ok(stored);
    }
    let target = existing_target(db, no, message_id)?;
    match change.message {
        Some(_) => permission::may_edit(&standing, user_id, target.author)?,
        None => permission::may_delete_message(&standing, user_id, target.author)?,
    }
    if target.deleted {
        return Err(Error::new(ErrorCode::Conflict, "the message was deleted").into());
    }
    let seq = tx.next_seq(no, head_seq);
    let kind = if change.message.is_some() { EDITED } else { DELETED };
    forget_mentions(db, target.pos)?;
    let event = match &change.message {
        Some(text) => {
            db.prepare_cached("UPDATE messages SET edited = ?2, edited_at = ?3 WHERE pos = ?1")?
                .execute((target.pos, text, at.0))?;
            note_mentions(db, no, target.pos, user_id.into(), text)?;
            ChannelEvent::Edited(Edited {
                channel_id,
                seq,
                message_id,
                user_id,
                edited_at: at,
                message: text.clone(),
                html: None,
            })
        }
        None => {
            erase(db, target.pos, at)?;
            ChannelEvent::Deleted(Deleted {
                channel_id,
                seq,
                message_id,
                user_id,
                deleted_at: at,
                thread_root: None,
            })
        }
    };
    db.prepare_cached(
        "INSERT INTO events (pos, kind, user_id, nonce, at, target, message_id, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        no.pos(seq),
        kind,
        Id::from(user_id),
        &change.nonce,
        at.0,
        target.pos,
        Id::from(message_id),
        &change.message,
    ))?;
    tx.announce(Announcement::Event(event));
    Ok(stored(channel_id, &change.nonce, seq, message_id))
}

/// Frees what a message held: its text, its earlier texts and its reactions.
fn erase(db: &Connection, pos: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE messages SET message = '', edited = iif(edited IS NULL, NULL, ''), deleted_at = ?2
         WHERE pos = ?1",
    )?
    .execute((pos, at.0))?;
    db.prepare_cached("UPDATE events SET text = '' WHERE target = ?1 AND kind = 1")?
        .execute([pos])?;
    db.prepare_cached("DELETE FROM reactions WHERE pos = ?1")?.execute([pos])?;
    Ok(())
}

fn react(tx: &mut Tx<'_>, new: &NewReaction) -> Result<Stored, Failure> {
    let db = tx.db;
    let NewReaction { channel_id, message_id, user_id, on, .. } = *new;
    let Place { no, head_seq, standing } = place(db, user_id, channel_id)?;
    permission::may_post(&standing)?;
    if let Some(stored) = original(db, user_id, &new.nonce)? {
        return Ok(stored);
    }
    let target = existing_target(db, no, message_id)?;
    if target.deleted {
        return Err(Error::new(ErrorCode::Conflict, "the message was deleted").into());
    }
    let set: Option<i64> = db
        .prepare_cached("SELECT seq FROM reactions WHERE pos = ?1 AND emoji = ?2 AND user_id = ?3")?
        .query_row((target.pos, &new.emoji, Id::from(user_id)), |row| row.get(0))
        .optional()?;
    if set.is_some() == on {
        let since = set.map_or(seq_of(target.pos), i64::cast_unsigned);
        return Ok(Stored { duplicate: true, ..stored(channel_id, &new.nonce, since, message_id) });
    }
    if on {
        check_emoji_count(db, target.pos, &new.emoji)?;
    }
    let seq = tx.next_seq(no, head_seq);
    if on {
        db.prepare_cached(
            "INSERT INTO reactions VALUES (?1, ?2, ?3, ?4, coalesce(
                (SELECT first_seq FROM reactions WHERE pos = ?1 AND emoji = ?2 LIMIT 1), ?4))",
        )?
        .execute((target.pos, &new.emoji, Id::from(user_id), seq.cast_signed()))?;
    } else {
        db.prepare_cached("DELETE FROM reactions WHERE pos = ?1 AND emoji = ?2 AND user_id = ?3")?
            .execute((target.pos, &new.emoji, Id::from(user_id)))?;
    }
    db.prepare_cached(
        "INSERT INTO events (pos, kind, user_id, nonce, at, target, message_id, text, turned_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute((
        no.pos(seq),
        REACTED,
        Id::from(user_id),
        &new.nonce,
        new.at.0,
        target.pos,
        Id::from(message_id),
        &new.emoji,
        on,
    ))?;
    let emoji = new.emoji.clone();
    let reacted = Reacted { channel_id, seq, message_id, user_id, emoji, on };
    tx.announce(Announcement::Event(ChannelEvent::Reacted(reacted)));
    Ok(stored(channel_id, &new.nonce, seq, message_id))
}

fn check_emoji_count(db: &Connection, pos: i64, emoji: &str) -> Result<(), Failure> {
    let others: i64 = db
        .prepare_cached(
            "SELECT count(DISTINCT emoji) FROM reactions WHERE pos = ?1 AND emoji <> ?2",
        )?
        .query_row((pos, emoji), |row| row.get(0))?;
    if others >= REACTIONS_PER_MESSAGE_MAX as i64 {
        let detail = "a message can have at most 50 different reactions";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    Ok(())
}
