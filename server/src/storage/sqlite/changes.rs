//! Editing and deleting messages. An edit keeps every text that the message had; a deletion leaves a
//! tombstone and frees everything that the message held.

use super::Storage;
use super::events::{
    DELETED, EDITED, Logged, Stored, existing_target, log, message_at, original, stored,
};
use super::mentions::{forget_mentions, note_mentions};
use super::previews::show_pictures;
use super::rows::{Failure, Place, place, rank};
use super::threads;
use super::uploads;
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::mention::Mentioned;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::Connection;
use shared::timeline::keep_previews;
use shared::{
    ChannelEvent, ChannelId, Deleted, Edited, ErrorCode, MessageId, Preview, Timestamp, UserId,
};

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
    pub edit: Option<Edit>,
    /// When.
    pub at: Timestamp,
}

/// A message's new text.
#[derive(Debug)]
pub struct Edit {
    /// As written.
    pub message: String,
    /// Its rendering, if that is more than the text.
    pub html: Option<String>,
    /// Whom it names.
    pub mentions: Mentioned,
}

impl Storage {
    /// Changes or deletes a message.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn change_message(&self, change: MessageChange, done: Done<Stored>) -> Result<()> {
        if change.edit.is_some() {
            self.room.check()?;
        }
        let done = if change.edit.is_some() { done } else { self.then_collect(done) };
        self.writer.submit(Needs::Log, move |tx| alter(tx, &change), done).await
    }
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
    match change.edit {
        Some(_) => permission::may_edit(&standing, user_id, target.author, at)?,
        None => {
            let rank = rank(db, target.author, no)?;
            permission::may_delete_message(&standing, user_id, target.author, rank)?;
        }
    }
    if target.deleted {
        return Err(Error::new(ErrorCode::Conflict, "the message was deleted").into());
    }
    if change.edit.as_ref().is_some_and(|edit| edit.message.is_empty()) && !target.wordless {
        return Err(Error::invalid("/message", "is empty").into());
    }
    let seq = tx.next_seq(no, head_seq);
    tx.unindex(target.pos)?;
    let edit = change.edit.as_ref();
    let event = match edit {
        Some(edit) => {
            rewrite(db, target.pos, edit, at)?;
            tx.reindex(target.pos);
            // Who was online when `@here` was sent stays mentioned as long as it says so.
            if !edit.mentions.here {
                forget_mentions(db, target.pos)?;
            }
            note_mentions(db, (no, target.pos), user_id, &edit.mentions)?;
            ChannelEvent::Edited(Edited {
                channel_id,
                seq,
                message_id,
                user_id,
                edited_at: at,
                message: edit.message.clone(),
                html: edit.html.clone(),
            })
        }
        None => {
            forget_mentions(db, target.pos)?;
            erase(db, target.pos, at)?;
            if let Some(root) = target.thread {
                threads::less_one(db, root)?;
            }
            let thread_root = target.thread.map(|root| message_at(db, root)).transpose()?;
            let deleted_at = at;
            let deleted = Deleted { channel_id, seq, message_id, user_id, deleted_at, thread_root };
            ChannelEvent::Deleted(deleted)
        }
    };
    log(
        db,
        &Logged {
            pos: no.pos(seq),
            kind: if edit.is_some() { EDITED } else { DELETED },
            user_id,
            nonce: Some(&change.nonce),
            at,
            target: target.pos,
            message_id,
            text: edit.map(|edit| edit.message.as_str()),
            html: edit.and_then(|edit| edit.html.as_deref()),
            on: None,
        },
    )?;
    tx.announce(Announcement::Event(event));
    Ok(stored(channel_id, &change.nonce, seq, message_id))
}

fn rewrite(db: &Connection, pos: i64, edit: &Edit, at: Timestamp) -> rusqlite::Result<()> {
    let previews: Option<String> = db
        .prepare_cached("SELECT previews FROM messages WHERE pos = ?1")?
        .query_row([pos], |row| row.get(0))?;
    let mut previews = previews_of(previews);
    keep_previews(&mut previews, &edit.message);
    db.prepare_cached(
        "UPDATE messages SET edited = ?2, edited_html = ?3, edited_at = ?4, previews = ?5
         WHERE pos = ?1",
    )?
    .execute((pos, &edit.message, &edit.html, at.0, previews_json(&previews)))?;
    show_pictures(db, pos, &previews)
}

/// The previews as they stand in a row.
pub(super) fn previews_of(json: Option<String>) -> Vec<Preview> {
    json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// As a row keeps them: nothing when there are none.
pub(super) fn previews_json(previews: &[Preview]) -> Option<String> {
    if previews.is_empty() { None } else { serde_json::to_string(previews).ok() }
}

/// Frees what a message held: its texts, files, reactions and previews, its pin and its bookmarks.
fn erase(db: &Connection, pos: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE messages SET message = '', html = NULL, edited = iif(edited IS NULL, NULL, ''),
                edited_html = NULL, forwarded = NULL, previews = NULL, pinned_by = NULL,
                deleted_at = ?2
         WHERE pos = ?1",
    )?
    .execute((pos, at.0))?;
    // Edits (1) keep their place in the log, and so do previews (6).
    db.prepare_cached("UPDATE events SET text = '', html = NULL WHERE target = ?1 AND kind = 1")?
        .execute([pos])?;
    db.prepare_cached("UPDATE events SET text = NULL WHERE target = ?1 AND kind = 6")?
        .execute([pos])?;
    uploads::free(db, pos)?;
    show_pictures(db, pos, &[])?;
    db.prepare_cached("DELETE FROM reactions WHERE pos = ?1")?.execute([pos])?;
    db.prepare_cached("DELETE FROM bookmarks WHERE pos = ?1")?.execute([pos])?;
    Ok(())
}
