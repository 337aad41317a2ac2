//! Bots: users that are programs. Their tokens are in `tokens.rs`.

use super::Storage;
use super::accounts::{NewUser, check_free, insert_user};
use super::clients::end_clients;
use super::rows::{Failure, Id, id};
use super::tokens::{is_bot, role_of, tokens_of};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, Row};
use shared::api::audit::Act;
use shared::api::tokens::Bot;
use shared::limits::BOTS_MAX;
use shared::{ErrorCode, Role, Timestamp, UserId};

const COLUMNS: &str = "user_id, username, display_name, made_by, created_at";

fn bot(db: &Connection, row: &Row<'_>) -> rusqlite::Result<Bot> {
    let user_id = id(row, "user_id")?;
    Ok(Bot {
        user_id,
        username: row.get("username")?,
        display_name: row.get("display_name")?,
        bot: true,
        created_by: id(row, "made_by")?,
        created_at: Timestamp(row.get("created_at")?),
        tokens: tokens_of(db, user_id)?,
    })
}

impl Storage {
    /// Makes a bot.
    ///
    /// # Errors
    /// Through `done`: `forbidden`, `username_taken`, `conflict` past 500, `storage_unavailable`.
    pub async fn create_bot(&self, by: UserId, user: NewUser, done: Done<Bot>) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            let db = tx.db;
            permission::may_manage_bots(role_of(db, by)?)?;
            check_free(db, &user)?;
            let held: i64 =
                db.query_row("SELECT count(*) FROM users WHERE bot = 1", [], |row| row.get(0))?;
            if held >= BOTS_MAX as i64 {
                let detail = "there are 500 bots, which is the most; remove one first";
                return Err(Error::new(ErrorCode::Conflict, detail).into());
            }
            insert_user(db, &user, Role::Member, Some(by))?;
            tx.audit(&Deed::new(Act::BotCreated, by).with(user.user_id), user.created_at)?;
            let sql = format!("SELECT {COLUMNS} FROM users WHERE user_id = ?1");
            Ok(db.query_row(&sql, [Id::from(user.user_id)], |row| bot(db, row))?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// The bots that are in use, newest first.
    ///
    /// # Errors
    /// `forbidden`, `storage_unavailable`.
    pub async fn bots(&self, asks: UserId) -> Result<Vec<Bot>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            permission::may_manage_bots(role_of(db, asks)?)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM users WHERE bot = 1 ORDER BY created_at DESC, user_id DESC"
            );
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map([], |row| bot(db, row))?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// Puts a bot out of use: its tokens and sockets end. What it wrote stays, and so does its name.
    ///
    /// # Errors
    /// Through `done`: `forbidden`, `not_found`, `storage_unavailable`.
    pub async fn remove_bot(
        &self,
        by: UserId,
        user: UserId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| {
            permission::may_manage_bots(role_of(tx.db, by)?)?;
            if !is_bot(tx.db, user)? {
                return Err(Error::not_found("bot").into());
            }
            tx.db.execute("UPDATE users SET bot = 2 WHERE user_id = ?1", [Id::from(user)])?;
            end_clients(tx, user, None)?;
            Ok(tx.audit(&Deed::new(Act::BotRemoved, by).with(user), at)?)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
