//! Memberships and read positions.

use super::Storage;
use super::channels::channel_info;
use super::mentions::unread_mentions;
use super::moderation::is_banned;
use super::roles::is_active;
use super::rows::{ChannelNo, Failure, Id, Place, id, place, rank, seq};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::deed::Deed;
use crate::domain::permission::{self, Rank};
use crate::error::{Error, Result};
use rusqlite::{Connection, named_params};
use shared::api::audit::Act;
use shared::limits::{CHANNEL_MEMBERS_MAX, CHANNELS_PER_USER_MAX};
use shared::{ChannelId, Cursor, ErrorCode, Member, Seq, Timestamp, UserId};

/// The kind of event in `events.kind`.
pub(super) const MEMBER: i64 = 4;

pub(super) fn insert_member(
    db: &Connection,
    no: ChannelNo,
    user: UserId,
    position: i64,
    read_seq: Seq,
    at: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO members (channel_no, user_id, position, read_seq, joined_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((no.0, Id::from(user), position, read_seq.cast_signed(), at.0))
    .map(drop)
}

/// Whether a user can be a member of one channel more.
pub(super) fn check_room_for_one(db: &Connection, user: UserId) -> Result<(), Failure> {
    let count: i64 = db
        .prepare_cached("SELECT count(*) FROM members WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| row.get(0))?;
    if count >= CHANNELS_PER_USER_MAX as i64 {
        let detail = "a user can be a member of at most 1,000 channels; leave one first";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    Ok(())
}

pub(super) fn is_member(db: &Connection, no: ChannelNo, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM members WHERE channel_no = ?1 AND user_id = ?2")?
        .exists((no.0, Id::from(user)))
}

impl Storage {
    /// Makes someone a member. Who is one stays one, without an event.
    ///
    /// # Errors
    /// Through `done`: `not_found` for a channel or user, `conflict`, `storage_unavailable`.
    pub async fn add_member(
        &self,
        caller: UserId,
        channel: ChannelId,
        user: UserId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        self.room.check()?;
        let work = move |tx: &mut Tx<'_>| add(tx, caller, channel, user, at);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Ends a membership.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn remove_member(
        &self,
        caller: UserId,
        channel: ChannelId,
        user: UserId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| remove(tx, caller, channel, user, at);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Moves a read position forward; where it stands.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `storage_unavailable`.
    pub async fn mark_read(
        &self,
        user: UserId,
        channel: ChannelId,
        seq: Seq,
        done: Done<Seq>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| mark_read(tx, user, channel, seq);
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// Whether the user is a member of a channel that it may see.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn is_member(&self, user: UserId, channel: ChannelId, at: Timestamp) -> Result<bool> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let standing = place(db, user, channel)?.standing;
            permission::may_see(&standing, at)?;
            Ok(standing.member)
        };
        self.readers.read(find).await
    }

    /// The channels of a user with their heads and read positions, as one snapshot.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn cursors(&self, user: UserId) -> Result<Vec<Cursor>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(concat!(
                "SELECT c.channel_id, c.head_seq, m.read_seq, ",
                unread_mentions!(),
                " FROM members m JOIN channels c ON c.no = m.channel_no WHERE m.user_id = :user",
            ))?;
            let rows = query.query_map(named_params! { ":user": Id::from(user) }, |row| {
                Ok(Cursor {
                    channel_id: id(row, "channel_id")?,
                    head_seq: seq(row, "head_seq")?,
                    read_seq: seq(row, "read_seq")?,
                    mentions: seq(row, "mentions")?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.read(find).await
    }
}

/// Makes someone a member, if `caller` may.
pub(super) fn add(
    tx: &mut Tx<'_>,
    caller: UserId,
    channel_id: ChannelId,
    user_id: UserId,
    at: Timestamp,
) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, head_seq, standing } = place(db, caller, channel_id)?;
    permission::may_add_member(&standing, caller == user_id, at)?;
    let active = is_active(db, user_id)?.ok_or_else(|| Error::not_found("user"))?;
    if is_member(db, no, user_id)? {
        return Ok(());
    }
    if !active {
        let detail = "the account is deactivated and can't be added to channels";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    if is_banned(db, no, user_id, at)? {
        let detail = "they are banned from this channel; who moderates it can lift the ban first";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    check_room_for_one(db, user_id)?;
    let (count, position): (i64, i64) = db
        .prepare_cached(
            "SELECT count(*), coalesce(max(position), -1) + 1 FROM members WHERE channel_no = ?1",
        )?
        .query_row([no.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if count >= CHANNEL_MEMBERS_MAX as i64 {
        let detail = "the channel has 10,000 members, which is the most it can have";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    let seq = tx.next_seq(no, head_seq);
    insert_member(db, no, user_id, position, seq, at)?;
    let member = Member { channel_id, seq, user_id, joined: true };
    log(db, no, &member)?;
    let channel = channel_info(db, user_id, no, Some(seq))?;
    tx.announce(Announcement::Joined(Box::new(channel), member));
    Ok(())
}

fn remove(
    tx: &mut Tx<'_>,
    caller: UserId,
    channel_id: ChannelId,
    user_id: UserId,
    at: Timestamp,
) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, head_seq, standing } = place(db, caller, channel_id)?;
    permission::may_remove_member(&standing, caller == user_id, Rank::Member)?;
    if !is_member(db, no, user_id)? {
        return Err(Error::not_found("member").into());
    }
    permission::may_remove_member(&standing, caller == user_id, rank(db, user_id, no)?)?;
    take_out(tx, (no, head_seq), channel_id, user_id)?;
    if caller != user_id {
        tx.audit(&Deed::new(Act::Kicked, caller).with(user_id).in_channel(channel_id), at)?;
    }
    Ok(())
}

/// Ends a membership that is there.
pub(super) fn take_out(
    tx: &mut Tx<'_>,
    (no, head_seq): (ChannelNo, Seq),
    channel_id: ChannelId,
    user_id: UserId,
) -> Result<(), Failure> {
    let db = tx.db;
    db.prepare_cached("DELETE FROM members WHERE channel_no = ?1 AND user_id = ?2")?
        .execute((no.0, Id::from(user_id)))?;
    let seq = tx.next_seq(no, head_seq);
    let member = Member { channel_id, seq, user_id, joined: false };
    log(db, no, &member)?;
    tx.announce(Announcement::Left(member));
    Ok(())
}

fn log(db: &Connection, no: ChannelNo, member: &Member) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO events (pos, kind, user_id, at, turned_on) VALUES (?1, ?2, ?3, 0, ?4)",
    )?
    .execute((no.pos(member.seq), MEMBER, Id::from(member.user_id), member.joined))
    .map(drop)
}

fn mark_read(tx: &mut Tx<'_>, user: UserId, channel: ChannelId, upto: Seq) -> Result<Seq, Failure> {
    let db = tx.db;
    let Place { no, head_seq, standing } = place(db, user, channel)?;
    permission::may_read(&standing)?;
    let upto = upto.min(tx.head(no, head_seq));
    let own = tx.own_read(no, user);
    if upto <= own {
        return Ok(own);
    }
    let moved = db
        .prepare_cached(
            "UPDATE members SET read_seq = ?3
             WHERE channel_no = ?1 AND user_id = ?2 AND read_seq < ?3",
        )?
        .execute((no.0, Id::from(user), upto.cast_signed()))?;
    if moved > 0 {
        tx.announce(Announcement::Read(channel, user, upto));
        return Ok(upto);
    }
    let stands: i64 = db
        .prepare_cached("SELECT read_seq FROM members WHERE channel_no = ?1 AND user_id = ?2")?
        .query_row((no.0, Id::from(user)), |row| row.get(0))?;
    Ok(stands.cast_unsigned())
}
