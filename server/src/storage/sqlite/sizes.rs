//! How much lies on the disk, for whoever watches over it.

use super::rows::Failure;
use rusqlite::Connection;

/// How much lies on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Bytes of the database.
    pub database: u64,
    /// Bytes of its write-ahead log.
    pub log: u64,
    /// Uploaded files and thumbnails, each counted once however many messages carry it.
    pub files: u64,
    /// Their bytes.
    pub files_bytes: u64,
}

/// What the tables and the file system say now.
pub(super) fn sizes(db: &Connection) -> Result<Sizes, Failure> {
    let mut query = db.prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM blobs")?;
    let (files, bytes): (i64, i64) = query.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let path = db.path().unwrap_or_default();
    // A log that isn't there has no bytes.
    let size_of = |path: &str| std::fs::metadata(path).map_or(0, |about| about.len());
    Ok(Sizes {
        database: size_of(path),
        log: size_of(&format!("{path}-wal")),
        files: files.cast_unsigned(),
        files_bytes: bytes.cast_unsigned(),
    })
}
