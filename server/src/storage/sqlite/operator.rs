//! What the program's commands do with accounts, on a connection of their own: beside a server that
//! runs on the same directory, or without one. Each change is one transaction that waits for its
//! turn; a server's commits wait for it as long as it takes, which is a moment.
//!
//! Sockets of clients that end here are closed by the server, which looks for them (`tokens.rs`).

use super::invites;
use super::resets;
use super::rows::{Failure, Id, id, role, role_code};
use super::{audit, connect, schema};
use crate::domain::deed::Deed;
use crate::domain::identity::name_key;
use crate::domain::secret::TokenHash;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};
use shared::api::audit::Act;
use shared::api::invites::Invite;
use shared::{ErrorCode, Role, Timestamp, UserId};
use std::path::Path;

pub use super::invites::NewInvite;

/// A data directory in the hands of who runs the server.
#[derive(Debug)]
pub struct Operator {
    db: Connection,
}

/// A user, as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLine {
    /// The unique name.
    pub username: String,
    /// What the user may do.
    pub role: Role,
    /// Whether it is a bot, in use or not.
    pub bot: bool,
    /// When it signed up.
    pub created_at: Timestamp,
}

fn refused(detail: String) -> Failure {
    Error::new(ErrorCode::Conflict, detail).into()
}

impl Operator {
    /// Opens a directory that a server of this version has written.
    ///
    /// # Errors
    /// `conflict`, with a sentence, for a directory without a database and for one of another version;
    /// `storage_unavailable`.
    pub fn open(dir: &Path) -> Result<Self> {
        let path = dir.join("hubbub.db");
        let shown = dir.display();
        if !path.exists() {
            let detail = format!("there is no Hubbub in {shown}: name its directory with --data");
            return Err(Error::new(ErrorCode::Conflict, detail));
        }
        let opened = connect(&path, false).and_then(|db| {
            // The log is the server's to fold.
            db.execute_batch("PRAGMA wal_autocheckpoint = 0")?;
            let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
            Ok((db, version))
        });
        let (db, version) = opened.map_err(|cause| Failure::from(cause).into_error("open"))?;
        if usize::try_from(version).ok() != Some(schema::version()) {
            let detail = format!(
                "{shown} was written by another version of Hubbub: start this one's server on it \
                 once, or use that one's commands; nothing was changed"
            );
            return Err(Error::new(ErrorCode::Conflict, detail));
        }
        Ok(Self { db })
    }

    fn change<T>(&mut self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T> {
        let changed = (|| {
            let tx = Transaction::new(&mut self.db, TransactionBehavior::Immediate)?;
            let changed = work(&tx)?;
            tx.commit()?;
            Ok(changed)
        })();
        changed.map_err(|failure: Failure| failure.into_error("write"))
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub fn users(&self) -> Result<Vec<UserLine>> {
        let read = || {
            let mut query = self
                .db
                .prepare("SELECT username, role, bot, created_at FROM users ORDER BY name_key")?;
            let rows = query.query_map([], |row| {
                Ok(UserLine {
                    username: row.get("username")?,
                    role: role(row.get("role")?),
                    bot: row.get::<_, i64>("bot")? != 0,
                    created_at: Timestamp(row.get("created_at")?),
                })
            })?;
            rows.collect::<Result<_, _>>()
        };
        read().map_err(|cause: rusqlite::Error| Failure::from(cause).into_error("read"))
    }

    /// Stores the hash of a link to a new password.
    ///
    /// # Errors
    /// `not_found`, `conflict` for a bot, `storage_unavailable`.
    pub fn reset(
        &mut self,
        name: &str,
        code: TokenHash,
        span: (Timestamp, Timestamp),
    ) -> Result<()> {
        self.change(|db| {
            let (user, _, bot) = find(db, name)?;
            if bot {
                return Err(refused("a bot has no password; make it another token".to_owned()));
            }
            resets::insert(db, user, code, span)?;
            Ok(audit::audit(db, &Deed::of_operator(Act::ResetCreated).with(user), span.0)?)
        })
    }

    /// Changes what a user may do. A new owner takes the place of the one before, who is an admin then.
    ///
    /// # Errors
    /// `not_found`, `conflict` for the owner, whom only another owner replaces, and for bots;
    /// `storage_unavailable`.
    pub fn set_role(&mut self, name: &str, to: Role, at: Timestamp) -> Result<()> {
        self.change(|db| {
            let (user, from, bot) = find(db, name)?;
            if bot {
                return Err(refused("a bot is always a member".to_owned()));
            }
            let set = |user: UserId, to: Role| {
                db.prepare_cached("UPDATE users SET role = ?2 WHERE user_id = ?1")?
                    .execute((Id::from(user), role_code(to)))
            };
            if from == to {
                return Ok(());
            }
            let act = match (from, to) {
                (Role::Owner, _) => {
                    let detail = "the owner stays until somebody else is: give another the role \
                                  owner";
                    return Err(refused(detail.to_owned()));
                }
                (_, Role::Owner) => {
                    let before: Option<Id> = db
                        .query_row(
                            "SELECT user_id FROM users WHERE role = ?1",
                            [role_code(Role::Owner)],
                            |row| row.get(0),
                        )
                        .optional()?;
                    if let Some(before) = before {
                        set(before.into(), Role::Admin)?;
                    }
                    Act::OwnershipTransferred
                }
                _ => Act::RoleChanged,
            };
            set(user, to)?;
            let deed = Deed::of_operator(act).with(user).saying(format!("{to:?}").to_lowercase());
            Ok(audit::audit(db, &deed, at)?)
        })
    }

    /// Logs a user out everywhere; how many clients and tokens it had.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub fn log_out(&mut self, name: &str, at: Timestamp) -> Result<usize> {
        self.change(|db| {
            let (user, ..) = find(db, name)?;
            let ended = end_clients(db, user)?;
            audit::audit(db, &Deed::of_operator(Act::ClientsEnded).with(user), at)?;
            Ok(ended)
        })
    }

    /// Puts an account out of use, or back. Its clients and tokens end.
    ///
    /// # Errors
    /// `not_found`, `conflict` for the owner, `storage_unavailable`.
    pub fn deactivate(&mut self, name: &str, on: bool, at: Timestamp) -> Result<()> {
        self.change(|db| {
            let (user, role, _) = find(db, name)?;
            if role == Role::Owner {
                let detail = "the owner can't be put out of use: give another the role owner first";
                return Err(refused(detail.to_owned()));
            }
            let changed = db.execute(
                "UPDATE users SET deactivated_at = ?2
                 WHERE user_id = ?1 AND (deactivated_at IS NULL) = ?3",
                (Id::from(user), on.then_some(at.0), on),
            )?;
            if changed == 0 {
                return Ok(());
            }
            end_clients(db, user)?;
            let act = if on { Act::Deactivated } else { Act::Reactivated };
            Ok(audit::audit(db, &Deed::of_operator(act).with(user), at)?)
        })
    }

    /// Makes an invite.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub fn create_invite(&mut self, new: &NewInvite) -> Result<()> {
        self.change(|db| {
            invites::insert(db, None, new)?;
            let deed = Deed::of_operator(Act::InviteCreated).saying(invites::told(new));
            Ok(audit::audit(db, &deed, new.created_at)?)
        })
    }

    /// The invites that hold, newest first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub fn invites(&self, now: Timestamp) -> Result<Vec<Invite>> {
        invites::list(&self.db, None, now).map_err(|cause| Failure::from(cause).into_error("read"))
    }

    /// Takes an invite back.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub fn revoke_invite(&mut self, code: &str, at: Timestamp) -> Result<()> {
        self.change(|db| {
            let creator = invites::revoke(db, code, |_| Ok(()))?;
            let deed = Deed { user: creator, ..Deed::of_operator(Act::InviteRevoked) };
            Ok(audit::audit(db, &deed, at)?)
        })
    }
}

/// A user by its name: id, role, and whether it is a bot.
fn find(db: &Connection, name: &str) -> Result<(UserId, Role, bool), Failure> {
    let found = db
        .prepare_cached("SELECT user_id, role, bot FROM users WHERE name_key = ?1")?
        .query_row([name_key(name.trim())], |row| {
            Ok((id(row, "user_id")?, role(row.get("role")?), row.get::<_, i64>("bot")? != 0))
        })
        .optional()?;
    found.ok_or_else(|| {
        let detail = format!("there is no user {name:?}; `hubbub user list` shows who is here");
        Error::new(ErrorCode::NotFound, detail).into()
    })
}

/// Ends all clients of a user, for the server to close their sockets; how many.
fn end_clients(db: &Connection, user: UserId) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO ended_clients SELECT client_id, user_id FROM clients
         WHERE user_id = ?1",
    )?
    .execute([Id::from(user)])?;
    db.prepare_cached("DELETE FROM clients WHERE user_id = ?1")?.execute([Id::from(user)])
}
