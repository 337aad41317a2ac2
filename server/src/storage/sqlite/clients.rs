//! Clients: logged-in devices and tokens, known by the hash of their token.

use super::Storage;
use super::accounts::{NewClient, password_hash};
use super::roles::is_active;
use super::rows::{Failure, Id, id, role};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::deed::Deed;
use crate::domain::identity::Caller;
use crate::domain::scopes::Scopes;
use crate::domain::secret::TokenHash;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::limits::CLIENTS_PER_USER_MAX;
use shared::{ClientId, ClientInfo, Role, Timestamp, UserId};

pub(super) fn insert_client(
    db: &Connection,
    user: UserId,
    client: &NewClient,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO clients (client_id, user_id, token_hash, device, created_at, last_used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
    )?
    .execute((
        Id::from(client.client_id),
        Id::from(user),
        client.token_hash,
        &client.device,
        client.created_at.0,
    ))
    .map(drop)
}

/// Ends all clients of a user but `keep`.
pub(super) fn end_clients(
    tx: &mut Tx<'_>,
    user: UserId,
    keep: Option<ClientId>,
) -> rusqlite::Result<()> {
    let ended: Vec<Id> = tx
        .db
        .prepare_cached(
            "DELETE FROM clients WHERE user_id = ?1 AND client_id IS NOT ?2 RETURNING client_id",
        )?
        .query_map((Id::from(user), keep.map(Id::from)), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for client in ended {
        tx.announce(Announcement::ClientEnded(user, client.into()));
    }
    Ok(())
}

/// Ends the longest unused devices of a user past 100.
pub(super) fn end_surplus(tx: &mut Tx<'_>, user: UserId) -> rusqlite::Result<()> {
    let surplus: Vec<Id> = tx
        .db
        .prepare_cached(
            "SELECT client_id FROM clients WHERE user_id = ?1 AND scopes IS NULL
             ORDER BY last_used_at DESC, created_at DESC LIMIT -1 OFFSET ?2",
        )?
        .query_map((Id::from(user), CLIENTS_PER_USER_MAX as i64), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for client_id in surplus {
        tx.db.execute("DELETE FROM clients WHERE client_id = ?1", [client_id])?;
        tx.announce(Announcement::ClientEnded(user, client_id.into()));
    }
    Ok(())
}

impl Storage {
    /// Gives a user another client, for a password whose hash is `proven`. Past 100 devices, the
    /// longest unused one ends.
    ///
    /// # Errors
    /// Through `done`: `bad_credentials` if the account is out of use or the password was changed
    /// meanwhile, `storage_unavailable`.
    pub async fn create_client(
        &self,
        user: UserId,
        client: NewClient,
        proven: Option<String>,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            // Changed or deactivated while the password was compared: as for a wrong one.
            if is_active(tx.db, user)? != Some(true) || password_hash(tx.db, user)? != proven {
                return Err(Error::bad_credentials().into());
            }
            insert_client(tx.db, user, &client)?;
            Ok(end_surplus(tx, user)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// Whose token it is, if it has not expired, and when the client was last used.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn client_by_token(
        &self,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Option<(Caller, Timestamp)>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT c.user_id, c.client_id, c.scopes, c.last_used_at
                 FROM clients c JOIN users u ON u.user_id = c.user_id
                 WHERE c.token_hash = ?1 AND (c.expires_at IS NULL OR c.expires_at > ?2)
                   AND u.deactivated_at IS NULL",
            )?;
            let found = query.query_row((hash, now.0), |row| {
                let caller = Caller {
                    user_id: id(row, "user_id")?,
                    client_id: id(row, "client_id")?,
                    scopes: Scopes::from_stored(row.get("scopes")?),
                };
                Ok((caller, Timestamp(row.get("last_used_at")?)))
            });
            Ok(found.optional()?)
        };
        self.readers.read(find).await
    }

    /// Notes that a client was used.
    pub fn note_use(&self, client: ClientId, at: Timestamp) {
        self.writer.submit_if_room(move |tx| {
            tx.db
                .prepare_cached("UPDATE clients SET last_used_at = ?2 WHERE client_id = ?1")?
                .execute((Id::from(client), at.0))?;
            Ok(())
        });
    }

    /// A user's devices, newest first. Tokens are clients, too, and listed in `tokens.rs`.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn clients(&self, caller: Caller) -> Result<Vec<ClientInfo>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT client_id, device, created_at, last_used_at FROM clients
                 WHERE user_id = ?1 AND scopes IS NULL ORDER BY created_at DESC, client_id DESC",
            )?;
            let rows = query.query_map([Id::from(caller.user_id)], |row| {
                let client_id: ClientId = id(row, "client_id")?;
                Ok(ClientInfo {
                    client_id,
                    device: row.get("device")?,
                    created_at: Timestamp(row.get("created_at")?),
                    last_used_at: Timestamp(row.get("last_used_at")?),
                    current: client_id == caller.client_id,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// The role of a client's user; None once the client is gone.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn role_of_client(&self, client: ClientId) -> Result<Option<Role>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT u.role FROM clients c JOIN users u ON u.user_id = c.user_id
                 WHERE c.client_id = ?1 AND u.deactivated_at IS NULL",
            )?;
            let found = query.query_row([Id::from(client)], |row| row.get(0)).optional()?;
            Ok(found.map(role))
        };
        self.readers.read(find).await
    }

    /// Ends one of a user's clients.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `storage_unavailable`.
    pub async fn end_client(
        &self,
        user: UserId,
        client: ClientId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let ended = tx
                .db
                .prepare_cached("DELETE FROM clients WHERE client_id = ?1 AND user_id = ?2")?
                .execute((Id::from(client), Id::from(user)))?;
            if ended == 0 {
                return Err(Error::not_found("client").into());
            }
            tx.announce(Announcement::ClientEnded(user, client));
            Ok(tx.audit(&Deed::new(Act::ClientEnded, user).with(user), at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// Ends all clients of a user but `keep`.
    ///
    /// # Errors
    /// Through `done`: `storage_unavailable`.
    pub async fn end_all_clients(
        &self,
        user: UserId,
        keep: Option<ClientId>,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            end_clients(tx, user, keep)?;
            let but = if keep.is_some() { "but the one that asked" } else { "" };
            Ok(tx.audit(&Deed::new(Act::ClientsEnded, user).with(user).saying(but), at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
