//! Messages that are kept for some time only. What is older goes from the beginning of a channel's log
//! on: the log begins behind it, without a gap. A thread goes as a whole, once its last reply is old;
//! until then its messages stay, though the log around them is gone.
//!
//! When is swept, and in which steps, is said in `actions/retention.rs`.

use super::Storage;
use super::mentions::forget_mentions;
use super::previews::show_pictures;
use super::rows::{ChannelNo, Failure, Place, place, seq_of};
use super::uploads;
use super::writer::{Needs, Tx};
use crate::actions::{Done, outcome};
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::{ChannelId, Seq, Timestamp, UserId};

/// Places that are swept in one transaction, so that nobody waits long for it.
const STEP: usize = 64;
/// Free pages of the database that are given back in one transaction, and that are left for others.
const PAGES_STEP: i64 = 256;
const PAGES_LEFT: i64 = 64;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A channel to sweep, and what is old in it.
#[derive(Debug, Clone, Copy)]
pub struct ToSweep {
    no: ChannelNo,
    before: Timestamp,
}

/// Up to which seq a channel's log is swept.
pub(super) fn swept(db: &Connection, no: ChannelNo) -> rusqlite::Result<Seq> {
    db.prepare_cached("SELECT swept_seq FROM channels WHERE no = ?1")?
        .query_row([no.0], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
}

fn days_of(db: &Connection, no: ChannelNo) -> rusqlite::Result<Option<u32>> {
    db.prepare_cached("SELECT keep_days FROM channels WHERE no = ?1")?
        .query_row([no.0], |row| row.get(0))
}

fn set(
    tx: &mut Tx<'_>,
    user: UserId,
    channel: ChannelId,
    days: Option<u32>,
    at: Timestamp,
) -> Result<(), Failure> {
    let Place { no, standing, .. } = place(tx.db, user, channel)?;
    permission::may_set_retention(&standing)?;
    if days_of(tx.db, no)? == days {
        return Ok(());
    }
    tx.db
        .prepare_cached("UPDATE channels SET keep_days = ?2 WHERE no = ?1")?
        .execute((no.0, days))?;
    let told = days.map_or_else(|| "as the server does".to_owned(), |days| format!("{days} days"));
    let deed = Deed::new(Act::RetentionChanged, user).in_channel(channel).saying(told);
    tx.audit(&deed, at)?;
    Ok(())
}

/// Sweeps the next old places; whether there may be more.
fn sweep(tx: &mut Tx<'_>, ToSweep { no, before }: ToSweep) -> Result<bool, Failure> {
    let db = tx.db;
    let from: Option<i64> = db
        .prepare_cached("SELECT swept_seq FROM channels WHERE no = ?1")?
        .query_row([no.0], |row| row.get(0))
        .optional()?;
    let Some(from) = from.map(i64::cast_unsigned) else { return Ok(false) };
    let mut query = db.prepare_cached(
        "SELECT pos, sent_at AS at, 0 AS kind FROM messages WHERE pos BETWEEN ?1 AND ?2
         UNION ALL SELECT pos, at, kind FROM events WHERE pos BETWEEN ?1 AND ?2
         ORDER BY pos LIMIT ?3",
    )?;
    let bounds = (no.pos(from + 1), no.pos(Seq::from(u32::MAX)), STEP as i64);
    let places = query.query_map(bounds, |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
    })?;
    let places = places.collect::<rusqlite::Result<Vec<_>>>()?;
    // Memberships have no time of their own: they go with what is around them.
    let is_old = |at: i64, kind: i64| kind == super::members::MEMBER || at < before.0;
    let old: Vec<_> = places.iter().take_while(|(_, at, kind)| is_old(*at, *kind)).collect();
    let Some((last, ..)) = old.last() else { return Ok(false) };
    db.prepare_cached("UPDATE channels SET swept_seq = ?2 WHERE no = ?1")?
        .execute((no.0, seq_of(*last).cast_signed()))?;
    // What is gone is not unread.
    db.prepare_cached("UPDATE members SET read_seq = ?2 WHERE channel_no = ?1 AND read_seq < ?2")?
        .execute((no.0, seq_of(*last).cast_signed()))?;
    // The versions of a message go with it.
    db.prepare_cached("DELETE FROM events WHERE pos BETWEEN ?1 AND ?2 AND kind <> 1")?
        .execute((no.pos(from + 1), *last))?;
    sweep_messages(tx, (no.pos(from + 1), *last), *last)?;
    Ok(old.len() == STEP)
}

/// Removes the messages between two places that are alone, and the threads that begin there and are
/// over: whose last reply stands at `upto` or before. How far was looked.
fn sweep_messages(
    tx: &mut Tx<'_>,
    (from, to): (i64, i64),
    upto: i64,
) -> Result<Option<i64>, Failure> {
    let roots: Vec<i64> = tx
        .db
        .prepare_cached(
            "SELECT pos FROM messages WHERE pos BETWEEN ?1 AND ?2 AND thread IS NULL
             ORDER BY pos LIMIT ?3",
        )?
        .query_map((from, to, STEP as i64), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for root in &roots {
        let mut thread: Vec<i64> = tx
            .db
            .prepare_cached("SELECT pos FROM messages WHERE thread = ?1 ORDER BY pos")?
            .query_map([root], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        if thread.last().is_some_and(|last| *last > upto) {
            continue;
        }
        for table in ["threads", "repliers", "followers"] {
            let sql = format!("DELETE FROM {table} WHERE root = ?1");
            tx.db.prepare_cached(&sql)?.execute([root])?;
        }
        thread.push(*root);
        for pos in thread {
            remove(tx, pos, upto)?;
        }
    }
    Ok(roots.last().copied())
}

/// Removes a message and everything of it. Later changes of it stay in the log, and tell nothing of
/// what it said.
fn remove(tx: &mut Tx<'_>, pos: i64, upto: i64) -> Result<(), Failure> {
    tx.unindex(pos)?;
    let db = tx.db;
    forget_mentions(db, pos)?;
    uploads::free(db, pos)?;
    show_pictures(db, pos, &[])?;
    for sql in [
        "DELETE FROM reactions WHERE pos = ?1",
        "DELETE FROM bookmarks WHERE pos = ?1",
        "UPDATE events SET text = '', html = NULL WHERE target = ?1 AND kind = 1",
        "UPDATE events SET text = NULL WHERE target = ?1 AND kind = 6",
        "DELETE FROM messages WHERE pos = ?1",
    ] {
        db.prepare_cached(sql)?.execute([pos])?;
    }
    db.prepare_cached("DELETE FROM events WHERE target = ?1 AND kind = 1 AND pos <= ?2")?
        .execute((pos, upto))?;
    Ok(())
}

/// Looks for threads that went on when the log around them was swept, and are over now; from where to
/// look on.
fn sweep_kept(
    tx: &mut Tx<'_>,
    ToSweep { no, .. }: ToSweep,
    after: i64,
) -> Result<Option<i64>, Failure> {
    let upto: Option<i64> = tx
        .db
        .prepare_cached("SELECT swept_seq FROM channels WHERE no = ?1")?
        .query_row([no.0], |row| row.get(0))
        .optional()?;
    let Some(upto) = upto.map(|seq| no.pos(seq.cast_unsigned())) else { return Ok(None) };
    sweep_messages(tx, (after.max(no.pos(0)) + 1, upto), upto)
}

/// Gives some of the database's free pages back to the file system; whether there may be more.
fn give_back(tx: &mut Tx<'_>) -> Result<bool, Failure> {
    let number = |sql: &str| tx.db.query_row(sql, [], |row| row.get::<_, i64>(0));
    // A database of before this was chosen keeps its free pages for what comes.
    let free = number("PRAGMA freelist_count")?;
    if number("PRAGMA auto_vacuum")? != 2 || free <= PAGES_LEFT {
        return Ok(false);
    }
    let pages = PAGES_STEP.min(free - PAGES_LEFT);
    let mut giving = tx.db.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = giving.query([])?;
    while rows.next()?.is_some() {}
    Ok(free - pages > PAGES_LEFT)
}

impl Storage {
    /// For how many days a channel keeps its messages; None as the server does.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn retention(&self, user: UserId, channel: ChannelId) -> Result<Option<u32>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let Place { no, standing, .. } = place(db, user, channel)?;
            permission::may_read(&standing)?;
            Ok(days_of(db, no)?)
        };
        self.readers.read(find).await
    }

    /// Says for how many days a channel keeps its messages; None as the server does.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn set_retention(
        &self,
        user: UserId,
        channel: ChannelId,
        days: Option<u32>,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| set(tx, user, channel, days, at), done).await
    }

    /// The channels that keep messages for some time only; `days` is what the server does.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn to_sweep(&self, days: Option<u32>, now: Timestamp) -> Result<Vec<ToSweep>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT no, coalesce(keep_days, ?1) FROM channels
                 WHERE coalesce(keep_days, ?1) IS NOT NULL",
            )?;
            let rows = query.query_map([days], |row| {
                let before = now.0.saturating_sub(row.get::<_, i64>(1)?.saturating_mul(DAY_MS));
                Ok(ToSweep { no: ChannelNo(row.get(0)?), before: Timestamp(before) })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// Sweeps the next old places of a channel; whether there may be more.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn sweep(&self, which: ToSweep) -> Result<bool> {
        let work = move |tx: &mut Tx<'_>| sweep(tx, which);
        outcome(|done| self.writer.submit(Needs::Log, work, self.then_collect(done))).await
    }

    /// Sweeps threads that outlived the log around them; from where to look on, 0 at first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn sweep_kept(&self, which: ToSweep, after: i64) -> Result<Option<i64>> {
        let work = move |tx: &mut Tx<'_>| sweep_kept(tx, which, after);
        outcome(|done| self.writer.submit(Needs::Log, work, self.then_collect(done))).await
    }

    /// Gives room that is free within the database back; whether there may be more.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn give_back(&self) -> Result<bool> {
        outcome(|done| self.writer.submit(Needs::Log, give_back, done)).await
    }
}
