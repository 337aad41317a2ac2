//! Everybody on the server as who administers it sees them: people that are out of use too, and what
//! is known of their devices. What others see of a user is in `accounts.rs`, bots are in `bots.rs`.

use super::Storage;
use super::rows::{Failure, Id, id, role};
use super::tokens::role_of;
use crate::domain::permission;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use shared::{Role, Timestamp, UserId};
use std::collections::HashMap;

/// A user as who administers the server sees them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// The name as written at sign-up.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// What the user may do on the whole server.
    pub role: Role,
    /// Whether it is a bot.
    pub bot: bool,
    /// Whether the account is in use.
    pub active: bool,
    /// Since when there is the account.
    pub created_at: Timestamp,
    /// On how many devices the user is logged in. Tokens of the API are none.
    pub devices: u64,
    /// When one of those was last used, to the minute.
    pub last_seen: Option<Timestamp>,
}

/// A part of the list of everybody.
#[derive(Debug, Clone)]
pub struct People {
    /// The people of this part, by name.
    pub people: Vec<Person>,
    /// How many there are in all that the query fits.
    pub total: u64,
}

const COLUMNS: &str = "user_id, username, display_name, role, bot, deactivated_at IS NULL AS active, created_at,
    (SELECT count(*) FROM clients c WHERE c.user_id = u.user_id AND c.scopes IS NULL) AS devices,
    (SELECT max(last_used_at) FROM clients c WHERE c.user_id = u.user_id AND c.scopes IS NULL) AS last_seen";

fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        user_id: id(row, "user_id")?,
        username: row.get("username")?,
        display_name: row.get("display_name")?,
        role: role(row.get("role")?),
        bot: row.get::<_, i64>("bot")? != 0,
        active: row.get("active")?,
        created_at: Timestamp(row.get("created_at")?),
        devices: row.get::<_, i64>("devices")?.unsigned_abs(),
        last_seen: row.get::<_, Option<i64>>("last_seen")?.map(Timestamp),
    })
}

impl Storage {
    /// People, without bots, of whose name or shown name the query (in the form in which names are
    /// compared) is a part, by name: `limit` of them after the first `skip`.
    ///
    /// # Errors
    /// `forbidden`, `storage_unavailable`.
    pub async fn people(
        &self,
        asks: UserId,
        query: String,
        skip: u64,
        limit: usize,
    ) -> Result<People> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            permission::may_administer(role_of(db, asks)?)?;
            let fits = "bot = 0 AND (instr(name_key, :q) OR instr(display_key, :q) OR :q = '')";
            let total = format!("SELECT count(*) FROM users WHERE {fits}");
            let total: i64 =
                db.prepare_cached(&total)?.query_row(&[(":q", &query)], |row| row.get(0))?;
            let sql = format!(
                "SELECT {COLUMNS} FROM users u WHERE {fits}
                 ORDER BY name_key LIMIT :limit OFFSET :skip"
            );
            let mut statement = db.prepare_cached(&sql)?;
            let skip = i64::try_from(skip).unwrap_or(i64::MAX);
            let bound = named_params! { ":q": query, ":limit": limit as i64, ":skip": skip };
            let people = statement.query_map(bound, person)?.collect::<Result<_, _>>()?;
            Ok(People { people, total: total.unsigned_abs() })
        };
        self.readers.read(find).await
    }

    /// These users, bots too; who isn't there is left out.
    ///
    /// # Errors
    /// `forbidden`, `storage_unavailable`.
    pub async fn people_by_id(
        &self,
        asks: UserId,
        ids: Vec<UserId>,
    ) -> Result<HashMap<UserId, Person>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            permission::may_administer(role_of(db, asks)?)?;
            let sql = format!("SELECT {COLUMNS} FROM users u WHERE user_id = ?1");
            let mut statement = db.prepare_cached(&sql)?;
            let mut found = HashMap::new();
            for user in ids {
                if !found.contains_key(&user)
                    && let Some(person) =
                        statement.query_row([Id::from(user)], person).optional()?
                {
                    found.insert(user, person);
                }
            }
            Ok(found)
        };
        self.readers.read(find).await
    }
}
