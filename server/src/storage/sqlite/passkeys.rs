//! Passkeys: public keys with their counters, as JSON that `actions/passkeys.rs` understands.

use super::Storage;
use super::accounts::NewClient;
use super::clients::{end_surplus, insert_client};
use super::roles::is_active;
use super::rows::{Failure, Id, id};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::api::passkeys::PasskeyInfo;
use shared::limits::PASSKEYS_PER_USER_MAX;
use shared::{ErrorCode, PasskeyId, Timestamp, UserId};

/// A passkey to add.
#[derive(Debug)]
pub struct NewPasskey {
    /// The new id.
    pub passkey_id: PasskeyId,
    /// The authenticator's own id of it.
    pub credential_id: Vec<u8>,
    /// The public key and its counter.
    pub credential: String,
    /// What it is called.
    pub name: String,
    /// When.
    pub created_at: Timestamp,
}

/// A passkey as stored.
#[derive(Debug, Clone)]
pub struct StoredPasskey {
    /// Its id.
    pub passkey_id: PasskeyId,
    /// Whose it is.
    pub user_id: UserId,
    /// Their name.
    pub username: String,
    /// The public key and its counter.
    pub credential: String,
}

impl Storage {
    /// Adds a passkey.
    ///
    /// # Errors
    /// Through `done`: `conflict` past 20 and for one that is there already, `storage_unavailable`.
    pub async fn add_passkey(&self, user: UserId, new: NewPasskey, done: Done<()>) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let db = tx.db;
            let (held, known): (i64, bool) = db.query_row(
                "SELECT count(*), EXISTS (SELECT 1 FROM passkeys WHERE credential_id = ?2)
                 FROM passkeys WHERE user_id = ?1",
                (Id::from(user), &new.credential_id),
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let refused = match () {
                () if known => Some("this passkey is there already"),
                () if held >= PASSKEYS_PER_USER_MAX as i64 => {
                    Some("you have 20 passkeys, which is the most; remove one first")
                }
                () => None,
            };
            if let Some(detail) = refused {
                return Err(Error::new(ErrorCode::Conflict, detail).into());
            }
            db.execute(
                "INSERT INTO passkeys VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)",
                (
                    Id::from(new.passkey_id),
                    Id::from(user),
                    &new.credential_id,
                    &new.credential,
                    &new.name,
                    new.created_at.0,
                ),
            )?;
            let deed = Deed::new(Act::PasskeyAdded, user).with(user).saying(&new.name);
            Ok(tx.audit(&deed, new.created_at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// A user's passkeys, newest first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn passkeys(&self, user: UserId) -> Result<Vec<PasskeyInfo>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT passkey_id, name, created_at, last_used_at FROM passkeys
                 WHERE user_id = ?1 ORDER BY created_at DESC, passkey_id DESC",
            )?;
            let rows = query.query_map([Id::from(user)], |row| {
                Ok(PasskeyInfo {
                    passkey_id: id(row, "passkey_id")?,
                    name: row.get("name")?,
                    created_at: Timestamp(row.get("created_at")?),
                    last_used_at: row.get::<_, Option<i64>>("last_used_at")?.map(Timestamp),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// The authenticators' own ids of a user's passkeys.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn credential_ids(&self, user: UserId) -> Result<Vec<Vec<u8>>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query =
                db.prepare_cached("SELECT credential_id FROM passkeys WHERE user_id = ?1")?;
            let rows = query.query_map([Id::from(user)], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// A passkey by its authenticator's id.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn passkey(&self, credential_id: Vec<u8>) -> Result<Option<StoredPasskey>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT p.passkey_id, p.user_id, u.username, p.credential
                 FROM passkeys p JOIN users u ON u.user_id = p.user_id
                 WHERE p.credential_id = ?1 AND u.bot = 0 AND u.deactivated_at IS NULL",
            )?;
            let found = query.query_row([credential_id], |row| {
                Ok(StoredPasskey {
                    passkey_id: id(row, "passkey_id")?,
                    user_id: id(row, "user_id")?,
                    username: row.get("username")?,
                    credential: row.get("credential")?,
                })
            });
            Ok(found.optional()?)
        };
        self.readers.read(find).await
    }

    /// Gives a user another client for a passkey that was used, and keeps its new counter.
    ///
    /// # Errors
    /// Through `done`: `bad_credentials` if it was used or removed meanwhile, `storage_unavailable`.
    pub async fn log_in_with_passkey(
        &self,
        used: StoredPasskey,
        credential: String,
        client: NewClient,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            // Deactivated while the signature was checked: as for a wrong one.
            if is_active(tx.db, used.user_id)? != Some(true) {
                return Err(Error::bad_credentials().into());
            }
            let noted = tx.db.execute(
                "UPDATE passkeys SET credential = ?3, last_used_at = ?4
                 WHERE passkey_id = ?1 AND credential = ?2",
                (Id::from(used.passkey_id), &used.credential, &credential, client.created_at.0),
            )?;
            if noted == 0 {
                return Err(Error::bad_credentials().into());
            }
            insert_client(tx.db, used.user_id, &client)?;
            Ok(end_surplus(tx, used.user_id)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// Removes one of a user's passkeys.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `storage_unavailable`.
    pub async fn remove_passkey(
        &self,
        user: UserId,
        passkey: PasskeyId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let removed = tx.db.execute(
                "DELETE FROM passkeys WHERE passkey_id = ?1 AND user_id = ?2",
                (Id::from(passkey), Id::from(user)),
            )?;
            if removed == 0 {
                return Err(Error::not_found("passkey").into());
            }
            Ok(tx.audit(&Deed::new(Act::PasskeyRemoved, user).with(user), at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
