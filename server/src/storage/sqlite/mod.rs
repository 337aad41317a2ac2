//! SQLite: one file, one writer thread with group commit, a few readers. `synchronous=FULL`: what
//! is acknowledged has reached the disk.

pub mod accounts;
mod audit;
mod blobs;
mod bookmarks;
mod bots;
mod changes;
pub mod channels;
mod checkpoint;
mod checks;
mod clients;
mod commits;
mod copying;
mod counters;
pub mod events;
mod exporting;
mod folding;
pub mod invites;
mod journal;
mod log;
mod members;
mod mentions;
pub mod moderation;
pub mod names;
pub mod operator;
pub mod pages;
pub mod passkeys;
pub mod people;
pub mod pins;
mod posts;
pub mod previews;
mod reactions;
mod readers;
mod repeats;
mod resets;
mod retention;
mod roles;
mod rows;
mod schema;
pub mod search;
mod sizes;
mod threads;
pub mod tokens;
mod upgrade;
pub mod uploads;
mod writer;

pub(in crate::storage) use checks::{Held, check_database};
pub use copying::Counts;
pub(in crate::storage) use copying::{begin_anew, copy_database, forget_index};
pub(in crate::storage) use exporting::{read_tables, write_tables};
pub use schema::OpenError;
pub(in crate::storage) use schema::{SCHEMA, lock};
pub use sizes::Sizes;
pub use writer::{Committed, StorageFigures};

use crate::domain::clock::Clock;
use crate::domain::figures::Histogram;
use crate::error::Result;
use crate::storage::files::Files;
use crate::storage::room::Room;
use readers::Readers;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc};
use writer::Writer;

/// Connections that read at once.
const READERS: usize = 4;
/// Searches that run at once: one may take long, and pages are not to wait for it.
const SEARCHES: usize = 2;

/// The storage of one node. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Storage {
    writer: Writer,
    readers: Arc<Readers>,
    /// A turn at searching.
    searches: Arc<Semaphore>,
    epoch: Arc<str>,
    files: Files,
    room: Room,
    /// Told when files may have been freed.
    freed: Arc<Notify>,
    /// Held for as long as the storage is open, so that no second process opens it.
    _lock: Arc<File>,
}

impl Storage {
    /// Opens or makes the data directory, and brings its schema up to date. `reserve` bytes of the
    /// disk are kept free (`storage/room.rs`). What is committed from
    /// now on comes out of the receiver, in commit order.
    ///
    /// # Errors
    /// When the directory can't be used, another process has it, or a newer Hubbub wrote it.
    pub fn open(
        dir: &Path,
        reserve: u64,
        clock: Clock,
    ) -> std::result::Result<(Self, mpsc::Receiver<Committed>), OpenError> {
        let lock = schema::lock(dir)?;
        let path = dir.join("hubbub.db");
        let mut connection = connect(&path, false)?;
        let epoch = schema::migrate(&mut connection, clock)?;
        let readers = (0..READERS).map(|_| connect(&path, true)).collect::<Result<_, _>>()?;
        search::complete(&connection)?;
        journal::recover(&connection)?;
        let files = Files::open(dir).map_err(OpenError::Directory)?;
        let (writer, committed) = Writer::start(connection, connect(&path, false)?, dir, clock)?;
        let storage = Self {
            writer,
            searches: Arc::new(Semaphore::new(SEARCHES)),
            readers: Arc::new(Readers::start(&path, readers).map_err(OpenError::Directory)?),
            epoch: epoch.into(),
            files,
            room: Room::of(dir, reserve),
            freed: Arc::default(),
            _lock: Arc::new(lock),
        };
        Ok((storage, committed))
    }

    /// The room on its disk.
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// Which life of the history this is. Another one (a restored backup) voids all cursors.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Whether storage answers: reads something, and the writer is there and healthy.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn ready(&self) -> Result<()> {
        self.writer.healthy()?;
        self.readers.read(|db| Ok(db.query_row("SELECT 1", [], |_| Ok(()))?)).await
    }

    /// Reads in a snapshot that holds everything that was acknowledged up to now. (What is of
    /// accounts alone is read by `readers` directly.)
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rows::Failure> + Send + 'static,
    ) -> Result<T> {
        self.writer.settled().await?;
        self.readers.read(work).await
    }

    /// Figures of the writer.
    pub fn figures(&self) -> StorageFigures {
        self.writer.figures()
    }

    /// How long commits took, in seconds, and how many changes each served.
    pub fn commit_figures(&self) -> (&Histogram, &Histogram) {
        self.writer.commit_figures()
    }

    /// How much lies on the disk.
    ///
    /// # Errors
    /// When storage can't be read.
    pub async fn sizes(&self) -> Result<Sizes> {
        self.readers.read(sizes::sizes).await
    }

    /// Takes no more changes; what was taken is committed first.
    pub fn close(&self) {
        self.writer.close();
    }
}

fn connect(path: &Path, read_only: bool) -> rusqlite::Result<Connection> {
    let access = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    // A plan holds for every value that is bound to it: otherwise a statement that names a partial
    // index is planned anew each time it is used, which costs more than to run it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if read_only {
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -1024;")?;
    } else {
        connection.execute_batch(
            // The first has an effect before anything else is written: on a new database.
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = FAST; PRAGMA cache_size = -8192;",
        )?;
    }
    Ok(connection)
}
