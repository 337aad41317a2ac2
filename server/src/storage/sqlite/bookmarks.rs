//! Messages that users remember for themselves. Nobody else learns of it.

use super::Storage;
use super::events::{existing_target, live_target};
use super::folding::in_place;
use super::rows::{Failure, Id, Place, place};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, named_params};
use shared::api::messages::{ListedMessage, MessageList};
use shared::limits::BOOKMARKS_MAX;
use shared::{BookmarkedFrame, ChannelId, ErrorCode, MessageId, UserId};

fn bookmark(
    tx: &mut Tx<'_>,
    user: UserId,
    channel_id: ChannelId,
    message_id: MessageId,
    on: bool,
) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, standing, .. } = place(db, user, channel_id)?;
    permission::may_read(&standing)?;
    let changed = if on {
        let pos = live_target(db, no, message_id)?.pos;
        check_count(db, user)?;
        db.prepare_cached("INSERT OR IGNORE INTO bookmarks (user_id, pos) VALUES (?1, ?2)")?
            .execute((Id::from(user), pos))?
    } else {
        let pos = existing_target(db, no, message_id)?.pos;
        db.prepare_cached("DELETE FROM bookmarks WHERE user_id = ?1 AND pos = ?2")?
            .execute((Id::from(user), pos))?
    };
    if changed > 0 {
        let frame = BookmarkedFrame { channel_id, message_id, on };
        tx.announce(Announcement::Bookmarked(user, frame));
    }
    Ok(())
}

fn check_count(db: &Connection, user: UserId) -> Result<(), Failure> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM bookmarks WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| row.get(0))?;
    if count >= BOOKMARKS_MAX as i64 {
        let detail = "5,000 messages are remembered already; forget some first";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    Ok(())
}

/// Messages in channels that the user has left since are left out, and are there again later.
fn list(
    db: &Connection,
    user: UserId,
    before: Option<u64>,
    limit: usize,
) -> Result<MessageList, Failure> {
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let mut query = db.prepare_cached(
        "SELECT b.no, b.pos FROM bookmarks b
         JOIN members m ON m.channel_no = b.pos >> 32 AND m.user_id = :user
         WHERE b.user_id = :user AND b.no < :before ORDER BY b.no DESC LIMIT :limit",
    )?;
    let limited = named_params! {
        ":user": Id::from(user), ":before": before, ":limit": limit as i64 + 1
    };
    let rows =
        query.query_map(limited, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(no, _)| no.cast_unsigned());
    let items = rows.into_iter().map(|(_, pos)| {
        Ok(ListedMessage { message: in_place(db, pos)?, marked: None, unread: None })
    });
    Ok(MessageList { items: items.collect::<rusqlite::Result<_>>()?, before: next })
}

impl Storage {
    /// A user remembers a message, or forgets it.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `conflict`, `storage_unavailable`.
    pub async fn bookmark(
        &self,
        user: UserId,
        channel: ChannelId,
        message: MessageId,
        on: bool,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| bookmark(tx, user, channel, message, on);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// The messages that a user remembers, the one remembered last first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn bookmarks(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<MessageList> {
        self.read(move |db| list(db, user, before, limit)).await
    }
}
