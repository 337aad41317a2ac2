//! Users: signing up, finding, changing. Their clients are in `clients.rs`.

use super::Storage;
use super::clients::{end_clients, insert_client};
use super::invites;
use super::roles::may_be_known;
use super::rows::{Failure, Id, id, role, role_code};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::deed::Deed;
use crate::domain::identity::{Caller, name_key};
use crate::domain::permission;
use crate::domain::secret::TokenHash;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use shared::api::account::SignupPolicy;
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
    /// The invite to come in with, if one was given.
    pub invite: Option<String>,
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
    /// The new password.
    pub password: Option<NewPassword>,
}

/// A password to set.
#[derive(Debug)]
pub struct NewPassword {
    /// Its hash in PHC format.
    pub hash: String,
    /// The hash that must be stored still: that of the password which was given with it.
    pub instead_of: Option<String>,
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

/// Whether nobody has this name, or one that looks like it.
pub(super) fn check_free(db: &Connection, user: &NewUser) -> Result<(), Failure> {
    let taken: Option<bool> = db
        .prepare_cached(
            "SELECT name_key = ?1 FROM users WHERE name_key = ?1 OR look_key = ?2 LIMIT 1",
        )?
        .query_row((&user.name_key, &user.look_key), |row| row.get(0))
        .optional()?;
    let detail = match taken {
        None => return Ok(()),
        Some(true) => "username already exists",
        Some(false) => "username already exists: another one looks the same",
    };
    Err(Error::new(ErrorCode::UsernameTaken, detail).into())
}

/// Inserts a user; a bot, if somebody made it.
pub(super) fn insert_user(
    db: &Connection,
    user: &NewUser,
    role: Role,
    made_by: Option<UserId>,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO users (user_id, username, name_key, look_key, display_name, display_key,
                            password_hash, role, created_at, bot, made_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 IS NOT NULL, ?10)",
    )?
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
        made_by.map(Id::from),
    ))
    .map(drop)
}

impl Storage {
    /// Whether anybody has signed up.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn any_user(&self) -> Result<bool> {
        self.readers.read(|db| Ok(any_user(db)?)).await
    }

    /// Creates a user with its first client. The first user of all becomes the owner; others come in
    /// as the policy says, and are counted by their invite.
    ///
    /// # Errors
    /// Through `done`: `username_taken`, `signup_closed`, `invite_needed`, `storage_unavailable`.
    pub async fn create_user(
        &self,
        user: NewUser,
        client: NewClient,
        policy: SignupPolicy,
        done: Done<Role>,
    ) -> Result<()> {
        self.room.check()?;
        // Who comes in with an invite joins channels: what is in the journal goes before that.
        let needs = if user.invite.is_some() { Needs::Log } else { Needs::NoLog };
        let work = move |tx: &mut Tx<'_>| {
            let first = !any_user(tx.db)?;
            let welcome = match &user.invite {
                Some(code) => invites::find(tx.db, code, user.created_at)?,
                None => None,
            };
            let holds = user.invite.is_some().then_some(welcome.is_some());
            permission::may_sign_up(policy, first, holds)?;
            check_free(tx.db, &user)?;
            let invited_as = welcome.as_ref().map_or(Role::Member, |welcome| welcome.role);
            let role = if first { Role::Owner } else { invited_as };
            insert_user(tx.db, &user, role, None)?;
            insert_client(tx.db, user.user_id, &client)?;
            let mut deed = Deed::new(Act::SignedUp, user.user_id).with(user.user_id);
            if let Some(welcome) = welcome {
                invites::count(tx, &welcome, user.user_id, user.created_at)?;
                let by = welcome
                    .created_by
                    .map_or_else(|| "the program".to_owned(), |by| by.to_string());
                deed = deed.saying(format!("with an invite of {by}"));
            }
            tx.audit(&deed, user.created_at)?;
            Ok(role)
        };
        self.writer.submit(needs, work, done).await
    }

    /// A user by its name, in the form in which names are compared; None if the account is out of use.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn account_by_name(&self, name_key: String) -> Result<Option<Account>> {
        let sql =
            format!("SELECT {COLUMNS} FROM users WHERE name_key = ?1 AND deactivated_at IS NULL");
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

    /// A user by its id, if who asks may know of it.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn account_for(&self, asks: UserId, user: UserId) -> Result<Option<Account>> {
        let known = may_be_known!();
        let sql = format!("SELECT {COLUMNS} FROM users u WHERE user_id = :user AND {known}");
        let find = move |db: &Connection| -> Result<_, Failure> {
            let bound = named_params! { ":asks": Id::from(asks), ":user": Id::from(user) };
            Ok(db.prepare_cached(&sql)?.query_row(bound, account).optional()?)
        };
        self.readers.read(find).await
    }

    /// Users that who asks may know of, whose name or shown name has a word that starts like the
    /// query (in the form in which names are compared), by name.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn accounts(
        &self,
        asks: UserId,
        query: String,
        limit: usize,
    ) -> Result<Vec<Account>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM users u
             WHERE (:q = '' OR substr(name_key, 1, length(:q)) = :q
                OR substr(display_key, 1, length(:q)) = :q
                OR instr(name_key, ' ' || :q) OR instr(display_key, ' ' || :q)) AND {}
             ORDER BY name_key LIMIT :limit",
            may_be_known!()
        );
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut statement = db.prepare_cached(&sql)?;
            let (asks, limit) = (Id::from(asks), limit as i64);
            let bound = named_params! { ":asks": asks, ":q": &query, ":limit": limit };
            let rows = statement.query_map(bound, account)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// Changes a user. With the password, every other client and a link to a new one end.
    ///
    /// # Errors
    /// Through `done`: `not_logged_in` if the user is gone, `forbidden` if the password was changed
    /// meanwhile, `storage_unavailable`.
    pub async fn update_account(
        &self,
        caller: Caller,
        change: AccountChange,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let user = caller.user_id;
        let work = move |tx: &mut Tx<'_>| {
            if let Some(password) = &change.password {
                if password_hash(tx.db, user)? != password.instead_of {
                    let detail = "the current password is needed and must be right";
                    return Err(Error::forbidden(detail).into());
                }
                set_password(tx, user, &password.hash, Some(caller.client_id))?;
                tx.audit(&Deed::new(Act::PasswordChanged, user).with(user), at)?;
            }
            let display_key = change.display_name.as_deref().map(name_key);
            let changed = tx
                .db
                .prepare_cached(
                    "UPDATE users SET display_name = coalesce(?2, display_name),
                            display_key = coalesce(?3, display_key)
                     WHERE user_id = ?1",
                )?
                .execute((Id::from(user), &change.display_name, display_key))?;
            if changed == 0 { Err(Error::not_logged_in().into()) } else { Ok(()) }
        };
        self.writer.submit(Needs::NoLog, work, done).await
    }
}

/// The hash of a user's password, if there is a user with one.
pub(super) fn password_hash(db: &Connection, user: UserId) -> rusqlite::Result<Option<String>> {
    let found = db
        .prepare_cached("SELECT password_hash FROM users WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

/// Sets a password: every client but `keep` ends, and so does a link to a new one.
pub(super) fn set_password(
    tx: &mut Tx<'_>,
    user: UserId,
    hash: &str,
    keep: Option<ClientId>,
) -> rusqlite::Result<()> {
    tx.db
        .prepare_cached("UPDATE users SET password_hash = ?2 WHERE user_id = ?1")?
        .execute((Id::from(user), hash))?;
    tx.db.prepare_cached("DELETE FROM resets WHERE user_id = ?1")?.execute([Id::from(user)])?;
    end_clients(tx, user, keep)
}
