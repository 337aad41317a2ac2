//! Invites: making, finding, counting and taking them back. Signing up with one is in `accounts.rs`.

use super::Storage;
use super::members;
use super::rows::{Failure, Id, Place, id, place, role, role_code};
use super::tokens::role_of;
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use shared::api::audit::Act;
use shared::api::invites::{Invite, InviteFace};
use shared::limits::INVITES_PER_USER_MAX;
use shared::{ChannelId, ErrorCode, ProblemDetail, Role, Timestamp, UserId, paths};

/// An invite to make.
#[derive(Debug)]
pub struct NewInvite {
    /// Its code.
    pub code: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// How many can come in with it; any number, if None.
    pub uses: Option<u64>,
    /// What they become.
    pub role: Role,
    /// The channels they become members of.
    pub channel_ids: Vec<ChannelId>,
}

/// Those that hold at `:now`: in time, not used up, and made by somebody who still may.
const HOLDS: &str = "i.expires_at > :now AND (i.uses IS NULL OR i.used_count < i.uses)
    AND (i.created_by IS NULL OR (u.role <> 3 AND u.deactivated_at IS NULL))";

/// An unknown invite, one that is used up, one that expired and one that was taken back: one answer.
fn no_such_invite() -> Failure {
    let detail = "this invite holds no more, or never did; ask for another";
    Error::new(ErrorCode::NotFound, detail).into()
}

fn channels_of(db: &Connection, code: &str) -> rusqlite::Result<Vec<ChannelId>> {
    let mut query = db.prepare_cached(
        "SELECT channel_id FROM invite_channels WHERE code = ?1 ORDER BY position",
    )?;
    query.query_map([code], |row| id(row, "channel_id"))?.collect()
}

fn invite(db: &Connection, row: &Row<'_>) -> rusqlite::Result<Invite> {
    let code: String = row.get("code")?;
    Ok(Invite {
        url: paths::invite_page(&code),
        created_by: row.get::<_, Option<Id>>("created_by")?.map(UserId::from),
        created_at: Timestamp(row.get("created_at")?),
        expires_at: Some(Timestamp(row.get("expires_at")?)),
        uses: row.get::<_, Option<i64>>("uses")?.map(i64::cast_unsigned),
        used_count: row.get::<_, i64>("used_count")?.cast_unsigned(),
        role: role(row.get("role")?),
        channel_ids: channels_of(db, &code)?,
        code,
    })
}

pub(super) fn insert(db: &Connection, by: Option<UserId>, new: &NewInvite) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO invites VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6)")?.execute((
        &new.code,
        by.map(Id::from),
        new.created_at.0,
        new.expires_at.0,
        new.uses.map(u64::cast_signed),
        role_code(new.role),
    ))?;
    let mut insert = db.prepare_cached("INSERT INTO invite_channels VALUES (?1, ?2, ?3)")?;
    for (position, channel) in new.channel_ids.iter().enumerate() {
        insert.execute((&new.code, position as i64, Id::from(*channel)))?;
    }
    Ok(())
}

/// Each channel must be one that who invites may add people to.
fn check_channels(
    db: &Connection,
    by: UserId,
    channels: &[ChannelId],
    at: Timestamp,
) -> Result<(), Failure> {
    let mut places = Vec::new();
    for (n, channel) in channels.iter().enumerate() {
        let allowed = place(db, by, *channel).and_then(|Place { standing, .. }| {
            Ok(permission::may_add_member(&standing, false, at)?)
        });
        match allowed {
            Ok(()) => {}
            Err(Failure::Refused(error)) => places.push(ProblemDetail {
                pointer: format!("/channelIds/{n}"),
                detail: error.detail.into_owned(),
            }),
            Err(failure) => return Err(failure),
        }
    }
    if places.is_empty() {
        Ok(())
    } else {
        let detail = "an invite leads to channels that you may add people to";
        Err(Error::invalid_places(detail, places).into())
    }
}

pub(super) fn told(new: &NewInvite) -> String {
    let uses = new.uses.map_or_else(|| "any number of".to_owned(), |uses| uses.to_string());
    let (role, until) = (new.role, new.expires_at);
    let role = if role == Role::Guest { "guest" } else { "member" };
    format!("{uses} uses as {role}, {} channels, until {until}", new.channel_ids.len())
}

/// What an invite that holds gives.
#[derive(Debug)]
pub(super) struct Welcome {
    pub code: String,
    pub created_by: Option<UserId>,
    pub role: Role,
}

/// The invite of this code, if it holds.
pub(super) fn find(
    db: &Connection,
    code: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<Welcome>> {
    let sql = format!(
        "SELECT i.created_by, i.role FROM invites i LEFT JOIN users u ON u.user_id = i.created_by
         WHERE i.code = :code AND {HOLDS}"
    );
    db.prepare_cached(&sql)?
        .query_row(named_params! { ":code": code, ":now": now.0 }, |row| {
            Ok(Welcome {
                code: code.to_owned(),
                created_by: row.get::<_, Option<Id>>("created_by")?.map(UserId::from),
                role: role(row.get("role")?),
            })
        })
        .optional()
}

/// Counts somebody who came in, and makes them a member of the channels to which who invited them may
/// still add people.
pub(super) fn count(
    tx: &mut Tx<'_>,
    welcome: &Welcome,
    user: UserId,
    at: Timestamp,
) -> Result<(), Failure> {
    tx.db
        .prepare_cached("UPDATE invites SET used_count = used_count + 1 WHERE code = ?1")?
        .execute([&welcome.code])?;
    let Some(by) = welcome.created_by else { return Ok(()) };
    for channel in channels_of(tx.db, &welcome.code)? {
        match members::add(tx, by, channel, user, at) {
            Ok(()) | Err(Failure::Refused(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Takes an invite back.
pub(super) fn revoke(
    db: &Connection,
    code: &str,
    may: impl FnOnce(Option<UserId>) -> Result<(), Failure>,
) -> Result<Option<UserId>, Failure> {
    let creator: Option<Option<Id>> = db
        .prepare_cached("SELECT created_by FROM invites WHERE code = ?1")?
        .query_row([code], |row| row.get(0))
        .optional()?;
    let creator = creator.ok_or_else(|| Failure::from(Error::not_found("invite")))?;
    let creator = creator.map(UserId::from);
    may(creator)?;
    db.prepare_cached("DELETE FROM invites WHERE code = ?1")?.execute([code])?;
    Ok(creator)
}

/// The invites that hold, newest first: of one user, or all.
pub(super) fn list(
    db: &Connection,
    of: Option<UserId>,
    now: Timestamp,
) -> rusqlite::Result<Vec<Invite>> {
    let sql = format!(
        "SELECT i.* FROM invites i LEFT JOIN users u ON u.user_id = i.created_by
         WHERE (:of IS NULL OR i.created_by = :of) AND {HOLDS}
         ORDER BY i.created_at DESC, i.code"
    );
    let mut query = db.prepare_cached(&sql)?;
    let rows = query
        .query_map(named_params! { ":of": of.map(Id::from), ":now": now.0 }, |row| {
            invite(db, row)
        })?;
    rows.collect()
}

impl Storage {
    /// Makes an invite. Those of the user that hold no more are forgotten.
    ///
    /// # Errors
    /// Through `done`: `forbidden` for guests, `invalid` with a place for each channel to which the
    /// user may not add people, `conflict` past 100, `storage_unavailable`.
    pub async fn create_invite(
        &self,
        by: UserId,
        new: NewInvite,
        done: Done<Invite>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let db = tx.db;
            permission::may_invite(role_of(db, by)?)?;
            check_channels(db, by, &new.channel_ids, new.created_at)?;
            db.prepare_cached(
                "DELETE FROM invites WHERE created_by = ?1
                 AND (expires_at <= ?2 OR used_count >= uses)",
            )?
            .execute((Id::from(by), new.created_at.0))?;
            let held: i64 = db
                .prepare_cached("SELECT count(*) FROM invites WHERE created_by = ?1")?
                .query_row([Id::from(by)], |row| row.get(0))?;
            if held >= INVITES_PER_USER_MAX as i64 {
                let detail = "you have 100 invites that hold, which is the most; take one back";
                return Err(Error::new(ErrorCode::Conflict, detail).into());
            }
            insert(db, Some(by), &new)?;
            tx.audit(&Deed::new(Act::InviteCreated, by).saying(told(&new)), new.created_at)?;
            let made = db
                .prepare_cached("SELECT * FROM invites WHERE code = ?1")?
                .query_row([&new.code], |row| invite(db, row))?;
            Ok(made)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// The invites that hold, newest first: all of them for the server's owner and admins, one's own
    /// for others.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn invites(&self, asks: UserId, now: Timestamp) -> Result<Vec<Invite>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let all = permission::may_manage_invite(role_of(db, asks)?, false).is_ok();
            Ok(list(db, (!all).then_some(asks), now)?)
        };
        self.readers.read(find).await
    }

    /// What who was given a code may know.
    ///
    /// # Errors
    /// `not_found` for one that holds no more or never did, `storage_unavailable`.
    pub async fn invite_face(&self, code: String, now: Timestamp) -> Result<InviteFace> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            find(db, &code, now)?.ok_or_else(no_such_invite)?;
            let face = db
                .prepare_cached(
                    "SELECT i.code, u.display_name, i.expires_at, i.role FROM invites i
                     LEFT JOIN users u ON u.user_id = i.created_by WHERE i.code = ?1",
                )?
                .query_row([&code], |row| {
                    Ok(InviteFace {
                        code: row.get("code")?,
                        invited_by: row.get("display_name")?,
                        expires_at: Some(Timestamp(row.get("expires_at")?)),
                        role: role(row.get("role")?),
                    })
                })?;
            Ok(face)
        };
        self.readers.read(find).await
    }

    /// Takes an invite back.
    ///
    /// # Errors
    /// Through `done`: `not_found` for an unknown one and for another's, `storage_unavailable`.
    pub async fn revoke_invite(
        &self,
        by: UserId,
        code: String,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let role = role_of(tx.db, by)?;
            let creator = revoke(tx.db, &code, |creator| {
                Ok(permission::may_manage_invite(role, creator == Some(by))?)
            })?;
            let deed = Deed::new(Act::InviteRevoked, by);
            let deed = creator.map_or_else(|| deed.clone(), |creator| deed.clone().with(creator));
            Ok(tx.audit(&deed, at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
