//! Threads: what stands under their first messages, who follows them, how far they have read, and
//! their pages. A message of a thread is one of the channel's log like every other (`posts.rs`).

use super::Storage;
use super::events::{existing_target, message_at};
use super::folding::{MESSAGE_COLUMNS, chat_message, complete, in_place};
use super::posts::NewMessage;
use super::rows::{ChannelNo, Failure, Id, Place, channel_no_of, place, seq_of};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::permission;
use crate::error::Result;
use crate::storage::pages::PageAt;
use rusqlite::{Connection, OptionalExtension as _, named_params};
use shared::api::messages::{ListedMessage, MessageList, ThreadPage};
use shared::{ChannelId, ChatMessage, MessageId, Seq, ThreadFrame, UserId};

/// `followers.following`: nobody asked, and nobody said no.
const UNDECIDED: i64 = 0;
const FOLLOWS: i64 = 1;
const DECLINED: i64 = 2;

/// Counts a new message of a thread; its author follows it from now on, and so do the author of the
/// first message and whom it mentions, unless they said no. The id of the first message.
pub(super) fn reply(
    tx: &mut Tx<'_>,
    new: &NewMessage,
    root: i64,
    pos: i64,
) -> Result<MessageId, Failure> {
    let db = tx.db;
    db.prepare_cached(
        "INSERT INTO threads VALUES (?1, 1, ?2, ?3) ON CONFLICT (root) DO UPDATE
         SET replies = replies + 1, last_pos = excluded.last_pos, last_at = excluded.last_at",
    )?
    .execute((root, pos, new.sent_at.0))?;
    db.prepare_cached("INSERT OR IGNORE INTO repliers VALUES (?1, ?2, ?3)")?.execute((
        root,
        Id::from(new.user_id),
        pos,
    ))?;
    db.prepare_cached(
        "INSERT INTO followers VALUES (?1, ?2, ?3, ?4) ON CONFLICT (user_id, root) DO UPDATE
         SET following = excluded.following, read_pos = max(read_pos, excluded.read_pos)",
    )?
    .execute((Id::from(new.user_id), root, FOLLOWS, pos))?;
    let (root_id, first): (MessageId, UserId) = db
        .prepare_cached("SELECT message_id, user_id FROM messages WHERE pos = ?1")?
        .query_row([root], |row| Ok((row.get::<_, Id>(0)?.into(), row.get::<_, Id>(1)?.into())))?;
    let mut told = vec![new.user_id];
    for user in std::iter::once(first).chain(new.mentions.users.iter().copied()) {
        if !told.contains(&user) && begin_to_follow(db, channel_no_of(root), user, root)? {
            told.push(user);
        }
    }
    for user in told {
        tell(tx, new.channel_id, user, root, root_id)?;
    }
    Ok(root_id)
}

/// A member follows the thread, unless it said no or does so already; whether that is new.
fn begin_to_follow(
    db: &Connection,
    no: ChannelNo,
    user: UserId,
    root: i64,
) -> rusqlite::Result<bool> {
    if !super::mentions::is_member(db, no, user)? {
        return Ok(false);
    }
    let changed = db
        .prepare_cached(
            "INSERT INTO followers VALUES (?1, ?2, ?3, ?2) ON CONFLICT (user_id, root) DO UPDATE
             SET following = excluded.following WHERE following = ?4",
        )?
        .execute((Id::from(user), root, FOLLOWS, UNDECIDED))?;
    Ok(changed > 0)
}

/// One message of a thread was deleted. Without any, nothing stands under the first one.
pub(super) fn less_one(db: &Connection, root: i64) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE threads SET replies = replies - 1 WHERE root = ?1")?
        .execute([root])?;
    let gone = db
        .prepare_cached("DELETE FROM threads WHERE root = ?1 AND replies <= 0")?
        .execute([root])?;
    if gone > 0 {
        db.prepare_cached("DELETE FROM repliers WHERE root = ?1")?.execute([root])?;
    }
    Ok(())
}

/// Where a user stands in a thread: whether they follow it, and up to which place they have read.
fn standing(db: &Connection, user: UserId, root: i64) -> rusqlite::Result<(bool, i64)> {
    let found = db
        .prepare_cached(
            "SELECT following, read_pos FROM followers WHERE user_id = ?1 AND root = ?2",
        )?
        .query_row((Id::from(user), root), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (following, read): (i64, i64) = found.unwrap_or((UNDECIDED, root));
    Ok((following == FOLLOWS, read))
}

fn tell(
    tx: &mut Tx<'_>,
    channel_id: ChannelId,
    user: UserId,
    root: i64,
    message_id: MessageId,
) -> rusqlite::Result<()> {
    let (following, read) = standing(tx.db, user, root)?;
    let frame = ThreadFrame { channel_id, message_id, following, read_seq: seq_of(read) };
    tx.announce(Announcement::Thread(user, frame));
    Ok(())
}

/// The thread that a message begins, or stands in.
fn root_of(db: &Connection, no: ChannelNo, message: MessageId) -> Result<i64, Failure> {
    let target = existing_target(db, no, message)?;
    Ok(target.thread.unwrap_or(target.pos))
}

fn follow(
    tx: &mut Tx<'_>,
    user: UserId,
    channel: ChannelId,
    message: MessageId,
    on: bool,
) -> Result<(), Failure> {
    let Place { no, standing, .. } = place(tx.db, user, channel)?;
    permission::may_read(&standing)?;
    let root = root_of(tx.db, no, message)?;
    let decided = if on { FOLLOWS } else { DECLINED };
    let changed = tx
        .db
        .prepare_cached(
            "INSERT INTO followers VALUES (?1, ?2, ?3, ?2) ON CONFLICT (user_id, root) DO UPDATE
             SET following = excluded.following WHERE following <> excluded.following",
        )?
        .execute((Id::from(user), root, decided))?;
    if changed > 0 {
        let id = message_at(tx.db, root)?;
        tell(tx, channel, user, root, id)?;
    }
    Ok(())
}

fn mark_read(
    tx: &mut Tx<'_>,
    user: UserId,
    channel: ChannelId,
    message: MessageId,
    upto: Seq,
) -> Result<Seq, Failure> {
    let Place { no, head_seq, standing } = place(tx.db, user, channel)?;
    permission::may_read(&standing)?;
    let root = root_of(tx.db, no, message)?;
    let upto = no.pos(upto.min(tx.head(no, head_seq)));
    let moved = tx
        .db
        .prepare_cached(
            "INSERT INTO followers VALUES (?1, ?2, ?3, max(?2, ?4))
             ON CONFLICT (user_id, root) DO UPDATE
             SET read_pos = excluded.read_pos WHERE read_pos < excluded.read_pos",
        )?
        .execute((Id::from(user), root, UNDECIDED, upto))?;
    if moved > 0 {
        let id = message_at(tx.db, root)?;
        tell(tx, channel, user, root, id)?;
    }
    Ok(seq_of(self::standing(tx.db, user, root)?.1))
}

/// At most `limit` messages of a thread between two places, ascending; the first or the last ones.
fn range(
    db: &Connection,
    channel: ChannelId,
    root: i64,
    (from, to): (i64, i64),
    limit: usize,
    newest: bool,
) -> rusqlite::Result<Vec<ChatMessage>> {
    let order = if newest { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.thread = ?1 AND m.pos BETWEEN ?2 AND ?3
         ORDER BY m.pos {order} LIMIT ?4"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map((root, from, to, limit as i64), |row| chat_message(channel, row))?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    if newest {
        rows.reverse();
    }
    complete(db, rows)
}

fn any(db: &Connection, root: i64, from: i64, to: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM messages WHERE thread = ?1 AND pos BETWEEN ?2 AND ?3 LIMIT 1")?
        .exists((root, from, to))
}

fn page(
    db: &Connection,
    user: UserId,
    channel: ChannelId,
    message: MessageId,
    at: PageAt,
    limit: usize,
) -> Result<ThreadPage, Failure> {
    let Place { no, head_seq, standing: who } = place(db, user, channel)?;
    permission::may_read(&who)?;
    let root = root_of(db, no, message)?;
    let end = no.pos(Seq::from(u32::MAX));
    let get = |from, to, limit, newest| range(db, channel, root, (from, to), limit, newest);
    let messages = match at {
        PageAt::Before(seq) => get(root, no.pos(seq.saturating_sub(1)), limit, true)?,
        PageAt::After(seq) => get(no.pos(seq.saturating_add(1)), end, limit, false)?,
        PageAt::Around(seq) => {
            let mut before = get(root, no.pos(seq.saturating_sub(1)), limit / 2, true)?;
            before.extend(get(no.pos(seq), end, limit - before.len(), false)?);
            before
        }
        PageAt::Newest | PageAt::Since(_) => get(root, end, limit, true)?,
    };
    let first = messages.first().map_or(end, |message| no.pos(message.seq));
    let last = messages.last().map_or(root, |message| no.pos(message.seq));
    let (following, read) = standing(db, user, root)?;
    Ok(ThreadPage {
        root: in_place(db, root)?,
        has_before: any(db, root, root, first - 1)?,
        has_after: any(db, root, last + 1, end)?,
        messages,
        head_seq,
        following,
        read_seq: seq_of(read),
    })
}

/// The threads that a user follows, the one with the newest message first; before a time in
/// milliseconds.
fn inbox(
    db: &Connection,
    user: UserId,
    before: Option<u64>,
    limit: usize,
) -> Result<MessageList, Failure> {
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let mut query = db.prepare_cached(
        "SELECT f.root, t.last_at,
                (SELECT count(*) FROM messages n WHERE n.thread = f.root AND n.pos > f.read_pos
                    AND n.user_id <> :user AND n.deleted_at IS NULL)
         FROM followers f
         JOIN threads t ON t.root = f.root
         JOIN members m ON m.channel_no = f.root >> 32 AND m.user_id = :user
         WHERE f.user_id = :user AND f.following = 1 AND t.last_at < :before
         ORDER BY t.last_at DESC, f.root DESC LIMIT :limit",
    )?;
    let limited = named_params! {
        ":user": Id::from(user), ":before": before, ":limit": limit as i64 + 1
    };
    let rows = query.query_map(limited, |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    })?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(_, at, _)| at.cast_unsigned());
    let items = rows.into_iter().map(|(root, _, unread)| {
        let (message, unread) = (in_place(db, root)?, Some(unread.cast_unsigned()));
        Ok(ListedMessage { message, marked: None, unread })
    });
    Ok(MessageList { items: items.collect::<rusqlite::Result<_>>()?, before: next })
}

impl Storage {
    /// A user follows a thread, or does so no longer.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `storage_unavailable`.
    pub async fn follow(
        &self,
        user: UserId,
        channel: ChannelId,
        message: MessageId,
        on: bool,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| follow(tx, user, channel, message, on);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Moves a user's read position in a thread forward; where it stands.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `storage_unavailable`.
    pub async fn mark_thread_read(
        &self,
        user: UserId,
        channel: ChannelId,
        message: MessageId,
        seq: Seq,
        done: Done<Seq>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| mark_read(tx, user, channel, message, seq);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// A page of the thread that a message begins, or stands in.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn thread(
        &self,
        user: UserId,
        channel: ChannelId,
        message: MessageId,
        at: PageAt,
        limit: usize,
    ) -> Result<ThreadPage> {
        self.read(move |db| page(db, user, channel, message, at, limit)).await
    }

    /// The threads that a user follows.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn threads(
        &self,
        user: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<MessageList> {
        self.read(move |db| inbox(db, user, before, limit)).await
    }
}
