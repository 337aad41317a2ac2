//! Users: signing up, finding, changing. Their clients are in `clients.rs`.

use super::Storage;
use super::clients::insert_client;
use super::rows::{Failure, Id, id, role, role_code};
use super::writer::Needs;
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::domain::identity::name_key;
use crate::domain::secret::TokenHash;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _, Row};
use shared::api::audit::Act;
use shared::{ClientId, ErrorCode, Role, Timestamp, UserId, UserInfo};

/// A user to create.
#[derive(Debug)]
pub struct NewUser {
    /// The new id.
    pub user_id: UserId,
    /// The name as written.
    pub username: String,
    /// The name as compared.
    pub name_key: String,
    /// The name as it looks.
    pub look_key: String,
    /// The name to show.
    pub display_name: String,
    /// The password's hash in PHC format, if one was chosen.
    pub password_hash: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A client to create.
#[derive(Debug)]
pub struct NewClient {
    /// The new id.
    pub client_id: ClientId,
    /// The hash of its token.
    pub token_hash: TokenHash,
    /// What the device called itself.
    pub device: String,
    /// When.
    pub created_at: Timestamp,
}

/// A user as stored.
#[derive(Debug, Clone)]
pub struct Account {
    /// Who.
    pub user_id: UserId,
    /// The name as written at sign-up.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// What the user may do on the whole server.
    pub role: Role,
    /// The password's hash in PHC format, if one is set.
    pub password_hash: Option<String>,
}

impl Account {
    /// The user as others see them.
    pub fn info(&self, online: bool) -> UserInfo {
        UserInfo {
            user_id: self.user_id,
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            role: self.role,
            online,
        }
    }
}

/// What to change of a user; what is `None` stays.
#[derive(Debug)]
pub struct AccountChange {
    /// The new name to show.
    pub display_name: Option<String>,
    /// The new password's hash in PHC format.
    pub password_hash: Option<String>,
}

const COLUMNS: &str = "user_id, username, display_name, role, password_hash";

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        user_id: id(row, "user_id")?,
        username: row.get("username")?,
        display_name: row.get("display_name")?,
        role: role(row.get("role")?),
        password_hash: row.get("password_hash")?,
    })
}

fn any_user(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM users)", [], |row| row.get(0))
}

impl Storage {
    /// Whether anybody has signed up.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn any_user(&self) -> Result<bool> {
        self.readers.read(|db| Ok(any_user(db)?)).await
    }

    /// Creates a user with its first client. The first user of all becomes the owner; with
    /// `only_first` nobody else can sign up.
    ///
    /// # Errors
    /// Through `done`: `username_taken`, `signup_closed`, `storage_unavailable`.
    pub async fn create_user(
        &self,
        user: NewUser,
        client: NewClient,
        only_first: bool,
        done: Done<Role>,
    ) -> Result<()> {
        self.room.check()?;
        let work = move |tx: &mut super::writer::Tx<'_>| {
            let db = tx.db;
            let first = !any_user(db)?;
            let role = if first { Role::Owner } else { Role::Member };
            if only_first && !first {
                let detail = "someone else has signed up first; sign-up is not open any more";
                return Err(Error::new(ErrorCode::SignupClosed, detail).into());
            }
            let taken: Option<bool> = db
                .prepare_cached(
                    "SELECT name_key = ?1 FROM users WHERE name_key = ?1 OR look_key = ?2 LIMIT 1",
                )?
                .query_row((&user.name_key, &user.look_key), |row| row.get(0))
                .optional()?;
            if let Some(same) = taken {
                let detail = if same {
                    "username already exists"
                } else {
                    "username already exists: another one looks the same"
                };
                return Err(Error::new(ErrorCode::UsernameTaken, detail).into());
            }
            db.prepare_cached("INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
                .execute((
                    Id::from(user.user_id),
                    &user.username,
                    &user.name_key,
                    &user.look_key,
                    &user.display_name,
                    name_key(&user.display_name),
                    &user.password_hash,
                    role_code(role),
                    user.created_at.0,
                ))?;
            insert_client(db, user.user_id, &client)?;
            let deed = Deed::new(Act::SignedUp, user.user_id).with(user.user_id);
            tx.audit(&deed, user.created_at)?;
            Ok(role)
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }

    /// A user by its name, in the form in which names are compared.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn account_by_name(&self, name_key: String) -> Result<Option<Account>> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE name_key = ?1");
        let find = move |db: &Connection| -> Result<_, Failure> {
            Ok(db.prepare_cached(&sql)?.query_row([&name_key], account).optional()?)
        };
        self.readers.read(find).await
    }

    /// A user by its id.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn account(&self, user: UserId) -> Result<Option<Account>> {
        let sql = format!("SELECT {COLUMNS} FROM users WHERE user_id = ?1");
        let find = move |db: &Connection| -> Result<_, Failure> {
            Ok(db.prepare_cached(&sql)?.query_row([Id::from(user)], account).optional()?)
        };
        self.readers.read(find).await
    }

    /// Users whose name or shown name has a word that starts like the query (in the form in which
    /// names are compared), by name.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn accounts(&self, query: String, limit: usize) -> Result<Vec<Account>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users
             WHERE ?1 = '' OR substr(name_key, 1, length(?1)) = ?1
                OR substr(display_key, 1, length(?1)) = ?1
                OR instr(name_key, ' ' || ?1) OR instr(display_key, ' ' || ?1)
             ORDER BY name_key LIMIT ?2"
        );
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map((&query, limit as i64), account)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// Changes a user.
    ///
    /// # Errors
    /// Through `done`: `not_logged_in` if the user is gone, `storage_unavailable`.
    pub async fn update_account(
        &self,
        user: UserId,
        change: AccountChange,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut super::writer::Tx<'_>| {
            let display_key = change.display_name.as_deref().map(name_key);
            let changed = tx
                .db
                .prepare_cached(
                    "UPDATE users SET display_name = coalesce(?2, display_name),
                            display_key = coalesce(?3, display_key),
                            password_hash = coalesce(?4, password_hash)
                     WHERE user_id = ?1",
                )?
                .execute((
                    Id::from(user),
                    &change.display_name,
                    display_key,
                    &change.password_hash,
                ))?;
            if changed == 0 { Err(Error::not_logged_in().into()) } else { Ok(()) }
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}
