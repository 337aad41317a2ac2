//! Sending messages. Each takes the next seq of its channel, is deduplicated by (user, nonce) over
//! all history, and is announced after the commit. A plain one goes to the journal first
//! (`journal.rs`); one that belongs to another, or carries something, to its place at once.

use super::Storage;
use super::events::{Stored, live_target, original, stored, target};
use super::journal::Post;
use super::mentions::note_mentions;
use super::repeats;
use super::rows::{ChannelNo, Failure, Id, Place, place};
use super::threads;
use super::uploads;
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::mention::Mentioned;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::{
    AttachmentKind, ChannelEvent, ChannelId, Forward, Forwarded, Message, MessageId, Timestamp,
    UploadId, UserId,
};

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
    /// Its rendering, if that is more than the text.
    pub html: Option<String>,
    /// Whom it names.
    pub mentions: Mentioned,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// The thread that it stands in, by its first message or any other one of it.
    pub thread_root: Option<MessageId>,
    /// Whether one of a thread is shown in the channel, too.
    pub also_in_channel: bool,
    /// Whether it tells what its author does.
    pub action: bool,
    /// The uploads that it carries.
    pub attachment_ids: Vec<UploadId>,
    /// The message that it repeats.
    pub forward: Option<Forward>,
    /// New ids for the files that the repeated message carries.
    pub repeated_ids: Vec<UploadId>,
    /// When.
    pub sent_at: Timestamp,
}

impl NewMessage {
    /// Whether it is text and nothing else, so that the journal can take it.
    fn is_plain(&self) -> bool {
        self.reply_to.is_none()
            && self.thread_root.is_none()
            && !self.action
            && self.attachment_ids.is_empty()
            && self.forward.is_none()
    }
}

/// `messages.flags`: it tells what its author does.
pub(super) const ACTION: i64 = 1;
/// `messages.flags`: it stands in a thread and is shown in the channel, too.
pub(super) const ALSO_IN_CHANNEL: i64 = 2;
/// `messages.flags`: it was sent with files.
pub(super) const WITH_FILES: i64 = 4;
/// `messages.flags`: it was sent with images.
pub(super) const WITH_IMAGES: i64 = 8;

/// What a message that is not plain has beside its text.
#[derive(Debug, Default)]
pub(super) struct Beside {
    reply_to: Option<MessageId>,
    thread: Option<i64>,
    flags: i64,
    forwarded: Option<Forwarded>,
}

impl Storage {
    /// Sends a message; `done` is called once it is on disk or refused.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `invalid`, `storage_unavailable`.
    pub async fn insert_message(&self, new: NewMessage, done: Done<Stored>) -> Result<()> {
        self.room.check()?;
        // What it belongs to is looked up, and must be in its place.
        let needs = if new.is_plain() { Needs::NoLog } else { Needs::Log };
        self.writer.submit(needs, move |tx| insert(tx, &new), done).await
    }
}

fn insert(tx: &mut Tx<'_>, new: &NewMessage) -> Result<Stored, Failure> {
    let db = tx.db;
    let Place { no, head_seq, standing } = tx.place(new.user_id, new.channel_id)?;
    permission::may_read(&standing)?;
    if let Some(stored) = tx.posted(new.user_id, &new.nonce) {
        return Ok(stored);
    }
    if let Some(stored) = original(db, new.user_id, &new.nonce)? {
        return Ok(stored);
    }
    permission::may_post(&standing, new.sent_at)?;
    let mut beside = Beside { reply_to: new.reply_to, ..Beside::default() };
    if let Some(answered) = new.reply_to {
        let there = target(db, no, answered)?.is_some();
        if !there {
            return Err(Error::invalid("/replyTo", "names no message of this channel").into());
        }
    }
    if let Some(root) = new.thread_root {
        let Some(found) = target(db, no, root)? else {
            return Err(Error::invalid("/threadRoot", "names no message of this channel").into());
        };
        beside.thread = Some(found.thread.unwrap_or(found.pos));
    }
    beside.flags = if new.action { ACTION } else { 0 };
    if beside.thread.is_some() && new.also_in_channel {
        beside.flags |= ALSO_IN_CHANNEL;
    }
    let (user_id, sent_at) = (new.user_id, new.sent_at);
    let mut attachments = uploads::unused(db, user_id, &new.attachment_ids)?;
    let (mut message, mut html, mut repeats) = (new.message.clone(), new.html.clone(), None);
    if let Some(forward) = &new.forward {
        let source = source(db, user_id, forward)?;
        (message, html, beside.forwarded) = (source.message, source.html, Some(source.origin));
        repeats = Some(source.pos);
    }
    let pos = no.pos(tx.head(no, head_seq) + 1);
    if let Some(from) = repeats {
        // Refused before anything is changed, if at all.
        attachments = repeats::repeat(db, (from, pos), user_id, &new.repeated_ids, sent_at)?;
    }
    for attachment in &attachments {
        let image = attachment.kind == AttachmentKind::Image;
        beside.flags |= if image { WITH_FILES | WITH_IMAGES } else { WITH_FILES };
    }
    let seq = tx.next_seq(no, head_seq);
    note_mentions(db, (no, pos), user_id, &new.mentions)?;
    let post = Post {
        pos,
        message_id: new.message_id,
        user_id,
        nonce: new.nonce.clone(),
        sent_at,
        message: message.clone(),
        html: html.clone(),
    };
    let thread_root = match beside.thread {
        Some(root) => Some(threads::reply(tx, new, root, pos)?),
        None => None,
    };
    let forwarded = beside.forwarded.clone();
    uploads::take(db, &new.attachment_ids, pos)?;
    tx.post(new.channel_id, post, &beside)?;
    tx.has_read(no, user_id, seq);
    tx.announce(Announcement::Event(ChannelEvent::Message(Message {
        channel_id: new.channel_id,
        seq,
        message_id: new.message_id,
        user_id,
        nonce: new.nonce.clone(),
        sent_at,
        message,
        html,
        reply_to: new.reply_to,
        thread_root,
        also_in_channel: beside.flags & ALSO_IN_CHANNEL != 0,
        action: new.action,
        forwarded,
        attachments,
    })));
    Ok(stored(new.channel_id, &new.nonce, seq, new.message_id))
}

/// A message that is repeated, and where it is from.
struct Source {
    pos: i64,
    message: String,
    html: Option<String>,
    origin: Forwarded,
}

/// The message to repeat, which its repeater must be able to read. What was forwarded before keeps
/// its first origin.
fn source(db: &Connection, user: UserId, forward: &Forward) -> Result<Source, Failure> {
    let unknown = || Error::invalid("/forward", "names no message that you can read");
    let found = place(db, user, forward.channel_id).ok();
    let no: ChannelNo = match found {
        Some(place) if permission::may_read(&place.standing).is_ok() => place.no,
        _ => return Err(unknown().into()),
    };
    let there = target(db, no, forward.message_id)?.ok_or_else(unknown)?;
    let live = live_target(db, no, forward.message_id).map(|target| target.pos);
    let pos = live.map_err(|_| unknown())?;
    let row = db
        .prepare_cached(
            "SELECT coalesce(edited, message), iif(edited IS NULL, html, edited_html), forwarded,
                    sent_at FROM messages WHERE pos = ?1",
        )?
        .query_row([pos], |row| {
            let forwarded: Option<String> = row.get(2)?;
            Ok((row.get(0)?, row.get(1)?, forwarded, Timestamp(row.get(3)?)))
        })
        .optional()?;
    let (message, html, before, sent_at) = row.ok_or_else(unknown)?;
    let before = before.and_then(|json| serde_json::from_str(&json).ok());
    let origin = before.unwrap_or(Forwarded {
        channel_id: forward.channel_id,
        message_id: forward.message_id,
        seq: super::rows::seq_of(pos),
        user_id: there.author,
        sent_at,
    });
    Ok(Source { pos, message, html, origin })
}

/// Puts a message into its place.
pub(super) fn insert_message(
    db: &Connection,
    post: &Post,
    beside: &Beside,
) -> rusqlite::Result<()> {
    let forwarded = beside.forwarded.as_ref().and_then(|it| serde_json::to_string(it).ok());
    db.prepare_cached(
        "INSERT INTO messages (pos, message_id, user_id, nonce, sent_at, message, html, reply_to,
                               thread, flags, forwarded)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute((
        post.pos,
        Id::from(post.message_id),
        Id::from(post.user_id),
        &post.nonce,
        post.sent_at.0,
        &post.message,
        &post.html,
        beside.reply_to.map(Id::from),
        beside.thread,
        beside.flags,
        forwarded,
    ))
    .map(drop)
}
