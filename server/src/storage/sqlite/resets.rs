//! One-time links to a new password.

use super::Storage;
use super::accounts::{NewClient, set_password};
use super::clients::insert_client;
use super::rows::{Failure, Id, id, role};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::domain::secret::TokenHash;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::{ErrorCode, Role, Timestamp, UserId};

/// An unknown link, one that was used, replaced or expired: one answer.
fn no_such_reset() -> Failure {
    let detail = "this link holds no more, or never did; ask an admin for another";
    Error::new(ErrorCode::NotFound, detail).into()
}

/// A user's role, and whether it is a bot.
fn rank(db: &Connection, user: UserId) -> rusqlite::Result<Option<(Role, bool)>> {
    db.prepare_cached("SELECT role, bot FROM users WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| {
            Ok((role(row.get("role")?), row.get::<_, i64>("bot")? != 0))
        })
        .optional()
}

/// Stores a link's hash, in place of one that the user has.
pub(super) fn insert(
    db: &Connection,
    user: UserId,
    code: TokenHash,
    (at, expires_at): (Timestamp, Timestamp),
) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO resets VALUES (?1, ?2, ?3, ?4)")?
        .execute((Id::from(user), code, at.0, expires_at.0))
        .map(drop)
}

/// Whose link it is, if it holds: id, name and shown name.
fn find(
    db: &Connection,
    code: TokenHash,
    now: Timestamp,
) -> rusqlite::Result<Option<(UserId, String, String)>> {
    db.prepare_cached(
        "SELECT u.user_id, u.username, u.display_name
         FROM resets r JOIN users u ON u.user_id = r.user_id
         WHERE r.code_hash = ?1 AND r.expires_at > ?2 AND u.deactivated_at IS NULL",
    )?
    .query_row((code, now.0), |row| {
        Ok((id(row, "user_id")?, row.get("username")?, row.get("display_name")?))
    })
    .optional()
}

impl Storage {
    /// Stores the hash of a link to a new password; one that the user has already ends.
    ///
    /// # Errors
    /// Through `done`: `not_found` for the user, `forbidden`, `conflict` for a bot,
    /// `storage_unavailable`.
    pub async fn create_reset(
        &self,
        by: UserId,
        user: UserId,
        code: TokenHash,
        (at, expires_at): (Timestamp, Timestamp),
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let (asks, _) = rank(tx.db, by)?.ok_or_else(Error::not_logged_in)?;
            // Who may reset nobody learns nothing of who is here.
            permission::may_reset(asks, Role::Guest)?;
            let (of, bot) = rank(tx.db, user)?.ok_or_else(|| Error::not_found("user"))?;
            permission::may_reset(asks, of)?;
            if bot {
                let detail = "a bot has no password; make it another token";
                return Err(Error::new(ErrorCode::Conflict, detail).into());
            }
            insert(tx.db, user, code, (at, expires_at))?;
            Ok(tx.audit(&Deed::new(Act::ResetCreated, by).with(user), at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// The names of whom a link is for.
    ///
    /// # Errors
    /// `not_found` for one that holds no more or never did, `storage_unavailable`.
    pub async fn reset_names(&self, code: TokenHash, now: Timestamp) -> Result<(String, String)> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let (_, username, display_name) = find(db, code, now)?.ok_or_else(no_such_reset)?;
            Ok((username, display_name))
        };
        self.readers.read(find).await
    }

    /// Uses a link up: sets the password, ends every client, removes every passkey, and gives the user a new one; who it is.
    ///
    /// # Errors
    /// Through `done`: `not_found` for one that holds no more or never did, `storage_unavailable`.
    pub async fn use_reset(
        &self,
        code: TokenHash,
        password_hash: String,
        client: NewClient,
        done: Done<(UserId, String)>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let now = client.created_at;
            let (user, username, _) = find(tx.db, code, now)?.ok_or_else(no_such_reset)?;
            set_password(tx, user, &password_hash, None)?;
            // Whoever had the account may have left a passkey of their own.
            tx.db.execute("DELETE FROM passkeys WHERE user_id = ?1", [Id::from(user)])?;
            insert_client(tx.db, user, &client)?;
            tx.audit(&Deed::new(Act::ResetUsed, user).with(user), now)?;
            Ok((user, username))
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
