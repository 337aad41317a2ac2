//! Files that nobody holds any more: which they are, and that they are gone. The row of a file
//! outlives its count, so that a crash between the commit that freed it and its removal from the disk
//! loses no track of it.

use super::Storage;
use super::rows::{Failure, Id};
use super::writer::{Needs, Tx};
use crate::actions::{Done, outcome};
use crate::error::Result;
use crate::storage::files::{Files, Hash};
use rusqlite::Connection;
use shared::Timestamp;
use std::collections::HashSet;

/// Most uploads or files that are dealt with in one transaction.
const BATCH: usize = 256;

fn freed(db: &Connection) -> rusqlite::Result<Vec<Hash>> {
    let mut query = db.prepare_cached("SELECT hash FROM blobs WHERE refs = 0 LIMIT ?1")?;
    query.query_map([BATCH as i64], |row| row.get(0))?.collect()
}

fn forget(tx: &mut Tx<'_>, hashes: &[Hash]) -> Result<(), Failure> {
    let mut delete = tx.db.prepare_cached("DELETE FROM blobs WHERE hash = ?1 AND refs = 0")?;
    for hash in hashes {
        delete.execute([hash])?;
    }
    Ok(())
}

/// Every known file whose hash begins with this byte, those that are to be removed included.
fn known(db: &Connection, first: u8) -> rusqlite::Result<HashSet<Hash>> {
    let (mut from, mut to) = ([0; 32], [0xff; 32]);
    (from[0], to[0]) = (first, first);
    let mut query = db.prepare_cached("SELECT hash FROM blobs WHERE hash BETWEEN ?1 AND ?2")?;
    query.query_map((from, to), |row| row.get(0))?.collect()
}

fn release_unused(tx: &mut Tx<'_>, before: Timestamp) -> Result<usize, Failure> {
    let old: Vec<Id> = tx
        .db
        .prepare_cached(
            "SELECT upload_id FROM uploads WHERE pos IS NULL AND created_at < ?1
             ORDER BY created_at LIMIT ?2",
        )?
        .query_map((before.0, BATCH as i64), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut delete = tx.db.prepare_cached("DELETE FROM uploads WHERE upload_id = ?1")?;
    for upload in &old {
        delete.execute([upload])?;
    }
    Ok(old.len())
}

impl Storage {
    /// The files on disk.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Has the freed files collected once this change is on disk.
    pub(super) fn then_collect<T: 'static>(&self, done: Done<T>) -> Done<T> {
        let freed = std::sync::Arc::clone(&self.freed);
        Box::new(move |outcome| {
            freed.notify_one();
            done(outcome);
        })
    }

    /// Waits until files may have been freed since the last time.
    pub async fn files_freed(&self) {
        self.freed.notified().await;
    }

    /// Some of the files that nobody holds any more.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn freed_files(&self) -> Result<Vec<Hash>> {
        self.readers.read(|db| Ok(freed(db)?)).await
    }

    /// Those files are removed. One that is held again stays known.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn forget_files(&self, hashes: Vec<Hash>) -> Result<()> {
        outcome(|done| self.writer.submit(Needs::NoLog, move |tx| forget(tx, &hashes), done)).await
    }

    /// Every known file whose hash begins with this byte.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn known_files(&self, first: u8) -> Result<HashSet<Hash>> {
        self.readers.read(move |db| Ok(known(db, first)?)).await
    }

    /// Lets go of uploads from before a time that no message took; how many: at most a few hundred
    /// at a time.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn release_unused_uploads(&self, before: Timestamp) -> Result<usize> {
        let work = move |tx: &mut Tx<'_>| release_unused(tx, before);
        outcome(|done| self.writer.submit(Needs::NoLog, work, self.then_collect(done))).await
    }
}
