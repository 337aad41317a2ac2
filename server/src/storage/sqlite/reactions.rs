//! Setting and taking back reactions. What is so already stays so and takes no seq.

use super::Storage;
use super::events::{Logged, REACTED, Stored, live_target, log, original, stored};
use super::rows::{Failure, Id, Place, place, seq_of};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::limits::REACTIONS_PER_MESSAGE_MAX;
use shared::{ChannelEvent, ChannelId, ErrorCode, MessageId, Reacted, Timestamp, UserId};

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

impl Storage {
    /// Sets or takes back a reaction.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `conflict`, `storage_unavailable`.
    pub async fn react(&self, reaction: NewReaction, done: Done<Stored>) -> Result<()> {
        if reaction.on {
            self.room.check()?;
        }
        self.writer.submit(Needs::Log, move |tx| react(tx, &reaction), done).await
    }
}

fn react(tx: &mut Tx<'_>, new: &NewReaction) -> Result<Stored, Failure> {
    let db = tx.db;
    let NewReaction { channel_id, message_id, user_id, on, at, .. } = *new;
    let Place { no, head_seq, standing } = place(db, user_id, channel_id)?;
    permission::may_read(&standing)?;
    if let Some(stored) = original(db, user_id, &new.nonce)? {
        return Ok(stored);
    }
    permission::may_post(&standing, at)?;
    let target = live_target(db, no, message_id)?;
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
    log(
        db,
        &Logged {
            pos: no.pos(seq),
            kind: REACTED,
            user_id,
            nonce: Some(&new.nonce),
            at: new.at,
            target: target.pos,
            message_id,
            text: Some(&new.emoji),
            html: None,
            on: Some(on),
        },
    )?;
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
