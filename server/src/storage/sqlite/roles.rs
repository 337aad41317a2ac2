//! Roles on the server, accounts that are out of use, and handing the server over. Roles in channels
//! are in `moderation.rs`. Each change runs where everything is in its place, after which the writer
//! remembers of nobody where they stand.

use super::Storage;
use super::rows::{Failure, Id, role, role_code};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::{ErrorCode, Role, Timestamp, UserId};

/// Whether `:asks` may know of user `u`: a guest knows whom it shares a channel with, and itself.
macro_rules! may_be_known {
    () => {
        "((SELECT role FROM users WHERE user_id = :asks) <> 3 OR u.user_id = :asks
          OR EXISTS (SELECT 1 FROM members own
                     JOIN members other ON other.channel_no = own.channel_no
                          AND other.user_id = u.user_id
                     WHERE own.user_id = :asks))"
    };
}
pub(super) use may_be_known;

/// Whether a user's account is in use; None for nobody.
pub(super) fn is_active(db: &Connection, user: UserId) -> rusqlite::Result<Option<bool>> {
    db.prepare_cached("SELECT deactivated_at IS NULL FROM users WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| row.get(0))
        .optional()
}

/// What a user who asks for something may do on the server.
pub(super) fn role_of(db: &Connection, user: UserId) -> Result<Role, Failure> {
    let found = db
        .prepare_cached("SELECT role FROM users WHERE user_id = ?1 AND deactivated_at IS NULL")?
        .query_row([Id::from(user)], |row| row.get(0))
        .optional()?;
    found.map(role).ok_or_else(|| Error::not_logged_in().into())
}

/// Another user's role, and whether the account is in use. Who may do nothing with others is told
/// so, and learns of nobody.
fn whom(db: &Connection, user: UserId) -> Result<(Role, bool), Failure> {
    let found = db
        .prepare_cached("SELECT role, deactivated_at IS NULL FROM users WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| Ok((role(row.get(0)?), row.get(1)?)))
        .optional()?;
    found.ok_or_else(|| Error::not_found("user").into())
}

fn put_role(db: &Connection, user: UserId, role: Role) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE users SET role = ?2 WHERE user_id = ?1")?
        .execute((Id::from(user), role_code(role)))
        .map(drop)
}

/// A role's word.
fn word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}

impl Storage {
    /// What a user may do on the server.
    ///
    /// # Errors
    /// `not_logged_in` for an account that is out of use, `storage_unavailable`.
    pub async fn role(&self, user: UserId) -> Result<Role> {
        self.readers.read(move |db| role_of(db, user)).await
    }

    /// Changes somebody's role.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn set_role(
        &self,
        caller: UserId,
        user: UserId,
        new: Role,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| set_role(tx, caller, user, new, at);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Puts an account out of use, with all its clients; or back into use. What is so stays so.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn deactivate(
        &self,
        caller: UserId,
        user: UserId,
        on: bool,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| deactivate(tx, caller, user, on, at);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Hands the server over. The owner's password hash must still be the one that was compared.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn hand_over(
        &self,
        caller: UserId,
        proven: Option<String>,
        user: UserId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| hand_over(tx, caller, proven.as_deref(), user, at);
        self.writer.submit(Needs::Log, work, done).await
    }
}

fn set_role(
    tx: &Tx<'_>,
    caller: UserId,
    user: UserId,
    new: Role,
    at: Timestamp,
) -> Result<(), Failure> {
    let db = tx.db;
    let asks = role_of(db, caller)?;
    permission::may_set_role(asks, false, Role::Member, Role::Member)?;
    let (old, _) = whom(db, user)?;
    permission::may_set_role(asks, caller == user, old, new)?;
    if old != new {
        put_role(db, user, new)?;
        let detail = format!("from {} to {}", word(old), word(new));
        tx.audit(&Deed::new(Act::RoleChanged, caller).with(user).saying(detail), at)?;
    }
    Ok(())
}

fn deactivate(
    tx: &mut Tx<'_>,
    caller: UserId,
    user: UserId,
    on: bool,
    at: Timestamp,
) -> Result<(), Failure> {
    let db = tx.db;
    let asks = role_of(db, caller)?;
    permission::may_deactivate(asks, false, Role::Member)?;
    let (role, active) = whom(db, user)?;
    permission::may_deactivate(asks, caller == user, role)?;
    if active != on {
        return Ok(());
    }
    db.prepare_cached("UPDATE users SET deactivated_at = ?2 WHERE user_id = ?1")?
        .execute((Id::from(user), on.then_some(at.0)))?;
    let clients: Vec<Id> = db
        .prepare_cached("DELETE FROM clients WHERE user_id = ?1 RETURNING client_id")?
        .query_map([Id::from(user)], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for client in clients {
        tx.announce(Announcement::ClientEnded(user, client.into()));
    }
    let act = if on { Act::Deactivated } else { Act::Reactivated };
    tx.audit(&Deed::new(act, caller).with(user), at)?;
    Ok(())
}

fn hand_over(
    tx: &Tx<'_>,
    caller: UserId,
    proven: Option<&str>,
    user: UserId,
    at: Timestamp,
) -> Result<(), Failure> {
    let db = tx.db;
    permission::must_own(role_of(db, caller)?)?;
    let unchanged = db
        .prepare_cached("SELECT 1 FROM users WHERE user_id = ?1 AND password_hash IS ?2")?
        .exists((Id::from(caller), proven))?;
    if !unchanged {
        let detail = "the password was changed meanwhile; nothing was handed over";
        return Err(Error::forbidden(detail).into());
    }
    let (old, active) = whom(db, user)?;
    if caller == user {
        return Err(Error::new(ErrorCode::Conflict, "the server is yours already").into());
    }
    if !active {
        let detail = "the account is deactivated; the server needs an owner who can log in";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    let bot: bool = db
        .prepare_cached("SELECT bot FROM users WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| row.get(0))?;
    if bot {
        let detail = "a bot can't own the server; name somebody who can log in";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    // In this order, as there is never more than one.
    put_role(db, caller, Role::Admin)?;
    put_role(db, user, Role::Owner)?;
    let detail = format!("from {} to owner", word(old));
    tx.audit(&Deed::new(Act::OwnershipTransferred, caller).with(user).saying(detail), at)?;
    Ok(())
}
