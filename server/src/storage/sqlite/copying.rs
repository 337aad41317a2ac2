//! Copies of the whole database, for backups: made beside a running server, and made the beginning of
//! another life of the history when one is put back.

use super::{audit, connect, journal, schema, search};
use crate::domain::clock::Clock;
use crate::domain::deed::Deed;
use crate::storage::OpenError;
use crate::storage::files::Hash;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;

/// Rows of the main tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accounts.
    pub users: u64,
    /// Channels and conversations.
    pub channels: u64,
    /// Messages, deleted ones too.
    pub messages: u64,
    /// Everything else in the logs.
    pub events: u64,
}

/// What a copy holds.
#[derive(Debug)]
pub(in crate::storage) struct About {
    pub schema: i64,
    pub epoch: String,
    pub counts: Counts,
    /// The files that its uploads hold.
    pub blobs: BTreeSet<Hash>,
    /// The pictures that its messages show.
    pub pictures: BTreeSet<String>,
}

/// Copies a database as it is now into a new file, whoever writes to it meanwhile, and looks at the
/// copy. (Not with SQLite's backup in steps, which begins anew with every commit of others.)
pub(in crate::storage) fn copy_database(from: &Path, to: &Path) -> rusqlite::Result<About> {
    let db = connect(from, true)?;
    db.execute_batch("PRAGMA query_only = OFF")?;
    let schema: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    db.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    drop(db);
    about(&Connection::open(to)?, schema)
}

pub(super) fn about(db: &Connection, schema: i64) -> rusqlite::Result<About> {
    let has =
        |table: &str| db.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?1")?.exists([table]);
    let count = |table: &str| -> rusqlite::Result<u64> {
        let sql = format!("SELECT count(*) FROM {table}");
        db.query_row(&sql, [], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
    };
    let mut messages = count("messages")?;
    if has("journal")? {
        // What is being put into its place may be in both.
        let sql = "SELECT count(*) FROM journal WHERE pos NOT IN (SELECT pos FROM messages)";
        messages += db.query_row(sql, [], |row| row.get::<_, i64>(0))?.cast_unsigned();
    }
    let (mut blobs, mut pictures) = (BTreeSet::new(), BTreeSet::new());
    if has("blobs")? {
        let mut query = db.prepare("SELECT hash FROM blobs WHERE refs > 0")?;
        blobs = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    if has("pictures")? {
        let mut query = db.prepare("SELECT DISTINCT name FROM pictures")?;
        pictures = query.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    let epoch = "SELECT value FROM meta WHERE key = 'epoch'";
    Ok(About {
        schema,
        epoch: db.query_row(epoch, [], |row| row.get(0))?,
        counts: Counts {
            users: count("users")?,
            channels: count("channels")?,
            messages,
            events: count("events")?,
        },
        blobs,
        pictures,
    })
}

/// Has the index of the search made anew at the next start.
pub(in crate::storage) fn forget_index(path: &Path) -> rusqlite::Result<()> {
    search::forget(&connect(path, false)?)
}

/// Makes a copy the beginning of another life: looked over, brought up to date, everything in its
/// place, with an epoch of its own; and written down.
pub(in crate::storage) fn begin_anew(
    path: &Path,
    deed: &Deed,
    clock: Clock,
) -> Result<(), OpenError> {
    let mut db = connect(path, false)?;
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(OpenError::Damaged(verdict));
    }
    schema::migrate(&mut db, clock)?;
    search::complete(&db)?;
    journal::recover(&db)?;
    let random = clock.random().map_err(|_| OpenError::Random)?;
    let tx = db.transaction()?;
    let epoch = crate::domain::secret::token(random);
    tx.execute("UPDATE meta SET value = ?1 WHERE key = 'epoch'", [epoch])?;
    audit::audit(&tx, deed, clock.now())?;
    tx.commit()?;
    // The last connection to close takes the log away, and all is in the one file.
    db.close().map_err(|(_, cause)| cause.into())
}
