//! Opening a data directory: one process at a time, migrated if an older Hubbub wrote it, refused
//! if a newer one did.

use super::upgrade;
use crate::domain::clock::Clock;
use rusqlite::Connection;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Each brings the schema one version further. Never changed once released; only added to.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_journal.sql"),
    include_str!("migrations/0003_conversation.sql"),
    include_str!("migrations/0004_uploads.sql"),
    include_str!("migrations/0005_previews.sql"),
    include_str!("migrations/0006_search.sql"),
    include_str!("migrations/0007_audit.sql"),
    include_str!("migrations/0008_rights.sql"),
    include_str!("migrations/0009_ways_in.sql"),
    include_str!("migrations/0010_retention.sql"),
];

/// The newest schema, which this program writes.
pub(in crate::storage) const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// The first schema in which texts are rendered.
const RENDERED: usize = 3;

/// Why a data directory can't be opened: a sentence for who starts the program.
#[derive(Debug)]
pub enum OpenError {
    /// The directory can't be made, read or written.
    Directory(io::Error),
    /// Another process has it open.
    InUse,
    /// A newer Hubbub wrote it: its version and ours.
    Newer(i64, usize),
    /// SQLite can't open or migrate it.
    Database(rusqlite::Error),
    /// An older Hubbub wrote it, and it is not to be changed: its version.
    Older(i64),
    /// It is not whole: what SQLite says of it.
    Damaged(String),
    /// The system's random source fails.
    Random,
}

impl std::fmt::Display for OpenError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(cause) => write!(f, "the data directory can't be used: {cause}"),
            Self::InUse => f.write_str(
                "the data directory is in use by another hubbub; stop that one, or choose another \
                 directory with --data",
            ),
            Self::Newer(theirs, ours) => write!(
                f,
                "the data directory was written by a newer hubbub (schema {theirs}, this one knows \
                 up to {ours}); start that version, nothing was changed"
            ),
            Self::Database(cause) => write!(f, "the database can't be opened: {cause}"),
            Self::Older(theirs) => write!(
                f,
                "the data directory was written by an older hubbub (schema {theirs}); start this one \
                 on it once, which brings it up to date"
            ),
            Self::Damaged(what) => write!(f, "the database is damaged: {what}"),
            Self::Random => f.write_str("the system's random source fails"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<rusqlite::Error> for OpenError {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Database(cause)
    }
}

/// Makes the directory, for its owner alone, and locks it for this process.
pub(in crate::storage) fn lock(dir: &Path) -> Result<File, OpenError> {
    let existed = dir.exists();
    fs::create_dir_all(dir).map_err(OpenError::Directory)?;
    #[cfg(unix)]
    if !existed {
        use std::os::unix::fs::PermissionsExt as _;
        let owner_only = fs::Permissions::from_mode(0o700);
        fs::set_permissions(dir, owner_only).map_err(OpenError::Directory)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    let file = options.open(dir.join("hubbub.lock")).map_err(OpenError::Directory)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse),
        Err(TryLockError::Error(cause)) => Err(OpenError::Directory(cause)),
    }
}

/// The schema that this version writes.
pub(super) fn version() -> usize {
    MIGRATIONS.len()
}

/// Brings the schema up to date, each step in a transaction of its own; the epoch.
pub(super) fn migrate(db: &mut Connection, clock: Clock) -> Result<String, OpenError> {
    migrate_to(db, MIGRATIONS.len())?;
    let random = clock.random().map_err(|_| OpenError::Random)?;
    let fresh = crate::domain::secret::token(random);
    db.execute("INSERT INTO meta VALUES ('epoch', ?1) ON CONFLICT DO NOTHING", [&fresh])?;
    Ok(db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0))?)
}

/// Brings the schema up to a version, which must be one that this program knows.
pub(super) fn migrate_to(db: &mut Connection, upto: usize) -> Result<(), OpenError> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    let Some(missing) = MIGRATIONS.get(done..upto) else {
        return Err(OpenError::Newer(version, MIGRATIONS.len()));
    };
    for (step, sql) in missing.iter().enumerate() {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        if done + step + 1 == RENDERED {
            upgrade::render_texts(&tx)?;
        }
        tx.pragma_update(None, "user_version", (done + step + 1) as i64)?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_opening_keeps_schema_and_epoch() {
        let mut db = Connection::open_in_memory().unwrap();
        let epoch = migrate(&mut db, Clock::system()).unwrap();
        assert_eq!(migrate(&mut db, Clock::system()).unwrap(), epoch);
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        let refused = migrate(&mut db, Clock::system());
        assert!(matches!(refused, Err(OpenError::Newer(99, _))), "{refused:?}");
        let tables: i64 =
            db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
