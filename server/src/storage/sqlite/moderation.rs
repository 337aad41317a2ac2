//! Roles in channels, bans and mutes. Both are kept beside memberships, so that leaving and coming
//! back ends neither, and end by themselves at their time. Ending a membership is in `members.rs`.

use super::Storage;
use super::members::{is_member, take_out};
use super::roles::is_active;
use super::rows::{ChannelNo, Failure, Id, Place, id, place, rank};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::domain::permission::{self, FOR_EVER, Rank};
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::api::rights::{BanInfo, ChannelRole, MemberInfo};
use shared::{ChannelId, ChannelKind, ErrorCode, Role, Timestamp, UserId};

/// Whether `:user`, who is no member of the public channel `c`, may know of it at `:at`.
macro_rules! may_be_seen {
    () => {
        "((SELECT role FROM users WHERE user_id = :user) <> 3
          AND NOT EXISTS (SELECT 1 FROM bans b WHERE b.channel_no = c.no AND b.user_id = :user
                          AND b.until > :at))"
    };
}
pub(super) use may_be_seen;

/// Keeping somebody out of a channel, or from writing in it.
#[derive(Debug, Clone)]
pub struct Restraint {
    /// Where.
    pub channel_id: ChannelId,
    /// Who does it.
    pub caller: UserId,
    /// With whom.
    pub user_id: UserId,
    /// Until when; None without an end.
    pub until: Option<Timestamp>,
    /// Why. Mutes have none.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Whether a user is kept out of a channel.
pub(super) fn is_banned(
    db: &Connection,
    no: ChannelNo,
    user: UserId,
    at: Timestamp,
) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM bans WHERE channel_no = ?1 AND user_id = ?2 AND until > ?3")?
        .exists((no.0, Id::from(user), at.0))
}

/// A time as it is told: nothing without an end.
fn end(until: i64) -> Option<Timestamp> {
    Some(Timestamp(until)).filter(|until| *until != FOR_EVER)
}

impl Storage {
    /// A channel's members, in the order in which they came.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn members(
        &self,
        user: UserId,
        channel: ChannelId,
        at: Timestamp,
    ) -> Result<Vec<MemberInfo>> {
        self.read(move |db| members(db, user, channel, at)).await
    }

    /// Makes a member a moderator, or takes that back.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn set_channel_role(
        &self,
        caller: UserId,
        channel: ChannelId,
        user: UserId,
        moderator: bool,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| set_role(tx, caller, channel, user, moderator, at);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Who is kept out of a channel, the newest first.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn bans(
        &self,
        user: UserId,
        channel: ChannelId,
        at: Timestamp,
    ) -> Result<Vec<BanInfo>> {
        self.readers.read(move |db| bans(db, user, channel, at)).await
    }

    /// Keeps somebody out of a channel, member or not.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn ban(&self, ban: Restraint, done: Done<()>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| put_ban(tx, &ban), done).await
    }

    /// Lets somebody come back.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn unban(&self, ban: Restraint, done: Done<()>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| lift(tx, &ban, true), done).await
    }

    /// Lets a member only read.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn mute(&self, mute: Restraint, done: Done<()>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| put_mute(tx, &mute), done).await
    }

    /// Lets somebody write again.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn unmute(&self, mute: Restraint, done: Done<()>) -> Result<()> {
        self.writer.submit(Needs::Log, move |tx| lift(tx, &mute, false), done).await
    }
}

fn members(
    db: &Connection,
    user: UserId,
    channel: ChannelId,
    at: Timestamp,
) -> Result<Vec<MemberInfo>, Failure> {
    let Place { no, standing, .. } = place(db, user, channel)?;
    permission::may_read(&standing)?;
    let direct = standing.kind == ChannelKind::Direct;
    let mut query = db.prepare_cached(
        "SELECT m.user_id, m.role AS moderator, m.joined_at, x.until,
                m.user_id = c.created_by AS creator
         FROM members m JOIN channels c ON c.no = m.channel_no
         LEFT JOIN mutes x ON x.channel_no = m.channel_no AND x.user_id = m.user_id AND x.until > ?2
         WHERE m.channel_no = ?1 ORDER BY m.position",
    )?;
    let rows = query.query_map((no.0, at.0), |row| {
        let role = match (row.get("creator")?, row.get("moderator")?) {
            _ if direct => ChannelRole::Member,
            (true, _) => ChannelRole::Creator,
            (false, true) => ChannelRole::Moderator,
            (false, false) => ChannelRole::Member,
        };
        let muted: Option<i64> = row.get("until")?;
        Ok(MemberInfo {
            user_id: id(row, "user_id")?,
            role,
            joined_at: row.get::<_, Option<i64>>("joined_at")?.map(Timestamp),
            muted: muted.is_some(),
            muted_until: muted.and_then(end),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn set_role(
    tx: &Tx<'_>,
    caller: UserId,
    channel_id: ChannelId,
    user: UserId,
    moderator: bool,
    at: Timestamp,
) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, standing, .. } = place(db, caller, channel_id)?;
    permission::may_set_channel_role(&standing)?;
    if !is_member(db, no, user)? {
        return Err(Error::not_found("member").into());
    }
    let (creator, role): (bool, i64) = db
        .prepare_cached(
            "SELECT c.created_by = u.user_id, u.role FROM channels c, users u
             WHERE c.no = ?1 AND u.user_id = ?2",
        )?
        .query_row((no.0, Id::from(user)), |row| Ok((row.get(0)?, row.get(1)?)))?;
    if creator {
        let detail = "its creator stays in charge of a channel";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    if moderator && super::rows::role(role) == Role::Guest {
        let detail = "a guest can't be a moderator; an admin can make them a member first";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    let changed = db
        .prepare_cached(
            "UPDATE members SET role = ?3 WHERE channel_no = ?1 AND user_id = ?2 AND role <> ?3",
        )?
        .execute((no.0, Id::from(user), moderator))?;
    if changed > 0 {
        let detail = if moderator { "moderator" } else { "member" };
        let deed = Deed::new(Act::ChannelRoleChanged, caller).with(user).in_channel(channel_id);
        tx.audit(&deed.saying(detail), at)?;
    }
    Ok(())
}

fn bans(
    db: &Connection,
    user: UserId,
    channel: ChannelId,
    at: Timestamp,
) -> Result<Vec<BanInfo>, Failure> {
    let Place { no, standing, .. } = place(db, user, channel)?;
    permission::may_list_bans(&standing)?;
    let mut query = db.prepare_cached(
        "SELECT user_id, banned_by, banned_at, until, reason FROM bans
         WHERE channel_no = ?1 AND until > ?2 ORDER BY banned_at DESC, user_id",
    )?;
    let rows = query.query_map((no.0, at.0), |row| {
        Ok(BanInfo {
            user_id: id(row, "user_id")?,
            banned_by: id(row, "banned_by")?,
            banned_at: Timestamp(row.get("banned_at")?),
            until: end(row.get("until")?),
            reason: row.get("reason")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The channel, if the caller may restrain the other in it.
fn moderated(db: &Connection, new: &Restraint) -> Result<Place, Failure> {
    let place = place(db, new.caller, new.channel_id)?;
    permission::may_moderate(&place.standing, Rank::Member)?;
    if is_active(db, new.user_id)?.is_none() {
        return Err(Error::not_found("user").into());
    }
    permission::may_moderate(&place.standing, rank(db, new.user_id, place.no)?)?;
    Ok(place)
}

fn deed(act: Act, new: &Restraint) -> Deed {
    Deed::new(act, new.caller).with(new.user_id).in_channel(new.channel_id)
}

/// Until when and why, as it is written down.
fn said(new: &Restraint) -> String {
    let until = new.until.map(|until| format!("until {}", until.to_rfc3339()));
    let reason = Some(new.reason.clone()).filter(|reason| !reason.is_empty());
    [until, reason].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn put_ban(tx: &mut Tx<'_>, new: &Restraint) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, head_seq, .. } = moderated(db, new)?;
    db.prepare_cached("INSERT OR REPLACE INTO bans VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute((
        no.0,
        Id::from(new.user_id),
        Id::from(new.caller),
        new.at.0,
        new.until.unwrap_or(FOR_EVER).0,
        &new.reason,
    ))?;
    if is_member(db, no, new.user_id)? {
        take_out(tx, (no, head_seq), new.channel_id, new.user_id)?;
    }
    tx.audit(&deed(Act::Banned, new).saying(said(new)), new.at)?;
    Ok(())
}

fn put_mute(tx: &Tx<'_>, new: &Restraint) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, .. } = moderated(db, new)?;
    if !is_member(db, no, new.user_id)? {
        return Err(Error::not_found("member").into());
    }
    db.prepare_cached("INSERT OR REPLACE INTO mutes VALUES (?1, ?2, ?3, ?4, ?5)")?.execute((
        no.0,
        Id::from(new.user_id),
        Id::from(new.caller),
        new.at.0,
        new.until.unwrap_or(FOR_EVER).0,
    ))?;
    tx.audit(&deed(Act::Muted, new).saying(said(new)), new.at)?;
    Ok(())
}

/// Takes a ban or a mute back. One that ended is gone already.
fn lift(tx: &Tx<'_>, old: &Restraint, ban: bool) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, .. } = moderated(db, old)?;
    let sql = if ban {
        "DELETE FROM bans WHERE channel_no = ?1 AND user_id = ?2 RETURNING until"
    } else {
        "DELETE FROM mutes WHERE channel_no = ?1 AND user_id = ?2 RETURNING until"
    };
    let lifted: Option<i64> = db
        .prepare_cached(sql)?
        .query_row((no.0, Id::from(old.user_id)), |row| row.get(0))
        .optional()?;
    if lifted.is_none_or(|until| until <= old.at.0) {
        return Err(Error::not_found(if ban { "ban" } else { "mute" }).into());
    }
    let act = if ban { Act::Unbanned } else { Act::Unmuted };
    tx.audit(&deed(act, old), old.at)?;
    Ok(())
}
