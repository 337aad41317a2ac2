//! Tokens of the API, which are clients with scopes; and what ends by itself: tokens that expire.

use super::Storage;
use super::accounts::NewClient;
use super::clients::insert_client;
use super::rows::{Failure, Id, id, role};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::domain::scopes::Scopes;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::audit::Act;
use shared::api::tokens::ApiToken;
use shared::limits::TOKENS_PER_USER_MAX;
use shared::{ClientId, ErrorCode, Role, Timestamp, UserId};

/// A token to make: a client whose device is the token's name.
#[derive(Debug)]
pub struct NewToken {
    /// The client that it is.
    pub client: NewClient,
    /// What it may do.
    pub scopes: Scopes,
    /// Until when it holds.
    pub expires_at: Option<Timestamp>,
}

/// A user's tokens, newest first.
pub(super) fn tokens_of(db: &Connection, user: UserId) -> rusqlite::Result<Vec<ApiToken>> {
    let mut query = db.prepare_cached(
        "SELECT client_id, device, scopes, created_at, last_used_at, expires_at FROM clients
         WHERE user_id = ?1 AND scopes IS NOT NULL ORDER BY created_at DESC, client_id DESC",
    )?;
    let rows = query.query_map([Id::from(user)], |row| {
        Ok(ApiToken {
            token_id: id(row, "client_id")?,
            name: row.get("device")?,
            scopes: Scopes::from_stored(row.get("scopes")?).list(),
            created_at: Timestamp(row.get("created_at")?),
            last_used_at: Timestamp(row.get("last_used_at")?),
            expires_at: row.get::<_, Option<i64>>("expires_at")?.map(Timestamp),
        })
    })?;
    rows.collect()
}

/// The role of who asks.
pub(super) fn role_of(db: &Connection, user: UserId) -> Result<Role, Failure> {
    let found = db
        .prepare_cached("SELECT role FROM users WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| Ok(role(row.get("role")?)))
        .optional()?;
    found.ok_or_else(|| Error::not_logged_in().into())
}

/// Whether this is a bot that is in use.
pub(super) fn is_bot(db: &Connection, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM users WHERE user_id = ?1 AND bot = 1")?
        .exists([Id::from(user)])
}

impl Storage {
    /// Makes a token for oneself, or for a bot.
    ///
    /// # Errors
    /// Through `done`: `forbidden` and `not_found` for what isn't a bot that one may manage,
    /// `conflict` past 100, `storage_unavailable`.
    pub async fn create_token(
        &self,
        by: UserId,
        user: UserId,
        new: NewToken,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let (db, at) = (tx.db, new.client.created_at);
            if by != user {
                permission::may_manage_bots(role_of(db, by)?)?;
                if !is_bot(db, user)? {
                    return Err(Error::not_found("bot").into());
                }
            }
            let held: i64 = db
                .prepare_cached(
                    "SELECT count(*) FROM clients WHERE user_id = ?1 AND scopes IS NOT NULL",
                )?
                .query_row([Id::from(user)], |row| row.get(0))?;
            if held >= TOKENS_PER_USER_MAX as i64 {
                let detail = "there are 100 tokens, which is the most; take one back first";
                return Err(Error::new(ErrorCode::Conflict, detail).into());
            }
            insert_client(db, user, &new.client)?;
            db.prepare_cached(
                "UPDATE clients SET scopes = ?2, expires_at = ?3 WHERE client_id = ?1",
            )?
            .execute((
                Id::from(new.client.client_id),
                new.scopes.stored(),
                new.expires_at.map(|at| at.0),
            ))?;
            let deed = Deed::new(Act::TokenCreated, by).with(user).saying(&new.client.device);
            Ok(tx.audit(&deed, at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// A user's tokens, newest first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn tokens(&self, user: UserId) -> Result<Vec<ApiToken>> {
        self.readers.read(move |db| Ok(tokens_of(db, user)?)).await
    }

    /// Takes a token back: one's own, or a bot's.
    ///
    /// # Errors
    /// Through `done`: `not_found` for an unknown one and for another's, `storage_unavailable`.
    pub async fn revoke_token(
        &self,
        by: UserId,
        token: ClientId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let db = tx.db;
            let found: Option<(Id, String)> = db
                .prepare_cached(
                    "SELECT user_id, device FROM clients
                     WHERE client_id = ?1 AND scopes IS NOT NULL",
                )?
                .query_row([Id::from(token)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (user, name) = found.ok_or_else(|| Error::not_found("token"))?;
            let user = UserId::from(user);
            let managed =
                is_bot(db, user)? && permission::may_manage_bots(role_of(db, by)?).is_ok();
            if user != by && !managed {
                return Err(Error::not_found("token").into());
            }
            db.prepare_cached("DELETE FROM clients WHERE client_id = ?1")?
                .execute([Id::from(token)])?;
            tx.announce(Announcement::ClientEnded(user, token));
            Ok(tx.audit(&Deed::new(Act::TokenRevoked, by).with(user).saying(name), at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// Whether a client has expired, or was ended by a command of the program while this ran.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn any_to_end(&self, now: Timestamp) -> Result<bool> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM clients WHERE expires_at <= ?1)
                     OR EXISTS (SELECT 1 FROM ended_clients)",
            )?;
            Ok(query.query_row([now.0], |row| row.get(0))?)
        };
        self.readers.read(find).await
    }

    /// Ends the clients that have expired, and the sockets of those that were ended beside this
    /// process.
    ///
    /// # Errors
    /// Through `done`: `storage_unavailable`.
    pub async fn end_some(&self, now: Timestamp, done: Done<()>) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let ends = [
                "DELETE FROM clients WHERE expires_at <= ?1 RETURNING user_id, client_id",
                "DELETE FROM ended_clients WHERE ?1 IS NOT NULL RETURNING user_id, client_id",
            ];
            for sql in ends {
                let ended: Vec<(UserId, ClientId)> = tx
                    .db
                    .prepare_cached(sql)?
                    .query_map([now.0], |row| Ok((id(row, "user_id")?, id(row, "client_id")?)))?
                    .collect::<Result<_, _>>()?;
                for (user, client) in ended {
                    tx.announce(Announcement::ClientEnded(user, client));
                }
            }
            Ok(())
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
