//! Messages that are pinned to their channel.

use super::Storage;
use super::events::{Logged, PINNED, Stored, live_target, log, original, stored};
use super::folding::{MESSAGE_COLUMNS, chat_message, complete};
use super::rows::{ChannelNo, Failure, Id, Place, place, seq_of};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::Connection;
use shared::api::messages::{ListedMessage, MessageList};
use shared::limits::PINS_MAX;
use shared::{ChannelEvent, ChannelId, ErrorCode, MessageId, Pinned, Seq, Timestamp, UserId};

/// A message to pin, or to take down.
#[derive(Debug)]
pub struct NewPin {
    /// Where.
    pub channel_id: ChannelId,
    /// The message.
    pub message_id: MessageId,
    /// Who does it.
    pub user_id: UserId,
    /// The user's own id of the change.
    pub nonce: String,
    /// Pin or take down.
    pub on: bool,
    /// When.
    pub at: Timestamp,
}

fn pin(tx: &mut Tx<'_>, new: &NewPin) -> Result<Stored, Failure> {
    let db = tx.db;
    let NewPin { channel_id, message_id, user_id, on, at, .. } = *new;
    let Place { no, head_seq, standing } = place(db, user_id, channel_id)?;
    permission::may_read(&standing)?;
    if let Some(stored) = original(db, user_id, &new.nonce)? {
        return Ok(stored);
    }
    permission::may_post(&standing, at)?;
    let target = live_target(db, no, message_id)?;
    if target.pinned == on {
        let since = seq_of(target.pos);
        return Ok(Stored { duplicate: true, ..stored(channel_id, &new.nonce, since, message_id) });
    }
    if on {
        check_count(db, no)?;
    }
    let seq = tx.next_seq(no, head_seq);
    db.prepare_cached("UPDATE messages SET pinned_by = ?2 WHERE pos = ?1")?
        .execute((target.pos, on.then_some(Id::from(user_id))))?;
    log(
        db,
        &Logged {
            pos: no.pos(seq),
            kind: PINNED,
            user_id,
            nonce: Some(&new.nonce),
            at,
            target: target.pos,
            message_id,
            text: None,
            html: None,
            on: Some(on),
        },
    )?;
    let pinned = Pinned { channel_id, seq, message_id, user_id, on };
    tx.announce(Announcement::Event(ChannelEvent::Pinned(pinned)));
    Ok(stored(channel_id, &new.nonce, seq, message_id))
}

fn check_count(db: &Connection, no: ChannelNo) -> Result<(), Failure> {
    let pinned: i64 = db
        .prepare_cached(
            "SELECT count(*) FROM messages WHERE pinned_by IS NOT NULL AND pos BETWEEN ?1 AND ?2",
        )?
        .query_row((no.pos(0), no.pos(Seq::from(u32::MAX))), |row| row.get(0))?;
    if pinned >= PINS_MAX as i64 {
        let detail = "a channel can have at most 100 pinned messages; take one down first";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    Ok(())
}

fn pins(db: &Connection, user: UserId, channel: ChannelId) -> Result<MessageList, Failure> {
    let Place { no, standing, .. } = place(db, user, channel)?;
    permission::may_read(&standing)?;
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages m
         WHERE m.pinned_by IS NOT NULL AND m.pos BETWEEN ?1 AND ?2 ORDER BY m.pos DESC"
    );
    let mut query = db.prepare_cached(&sql)?;
    let bounds = (no.pos(0), no.pos(Seq::from(u32::MAX)));
    let rows = query.query_map(bounds, |row| chat_message(channel, row))?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let listed = |message| ListedMessage { message, marked: None, unread: None };
    let items = complete(db, rows)?.into_iter().map(listed).collect();
    Ok(MessageList { items, before: None })
}

impl Storage {
    /// Pins a message or takes it down. What is so already stays so and takes no seq.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `conflict`, `storage_unavailable`.
    pub async fn pin(&self, new: NewPin, done: Done<Stored>) -> Result<()> {
        if new.on {
            self.room.check()?;
        }
        self.writer.submit(Needs::Log, move |tx| pin(tx, &new), done).await
    }

    /// A channel's pinned messages, the newest first.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn pins(&self, user: UserId, channel: ChannelId) -> Result<MessageList> {
        self.read(move |db| pins(db, user, channel)).await
    }
}
