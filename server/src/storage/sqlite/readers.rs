//! The reader pool: each read sees one consistent snapshot, on a blocking thread, a few at once.

use super::rows::Failure;
use crate::error::{Error, Result};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Connections that only read.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, idle: Vec<Connection>) -> Self {
        let turns = Arc::new(Semaphore::new(idle.len()));
        Self { path, idle: Mutex::new(idle), turns }
    }

    /// Runs a read in a snapshot of its own.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| Error::draining())?;
        let readers = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            readers.read_now(work)
        });
        done.await.map_err(|cause| Error::internal("a read", &cause))?
    }

    fn read_now<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let outcome = (|| {
            // A connection that failed or panicked was dropped: there is a new one for it.
            let mut db = match idle {
                Some(db) => db,
                None => super::connect(&self.path, true)?,
            };
            let snapshot = db.transaction()?;
            let outcome = work(&snapshot);
            let reusable = snapshot.finish().is_ok();
            if reusable && !matches!(outcome, Err(Failure::Storage(_))) {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(db);
            }
            outcome
        })();
        outcome.map_err(|failure: Failure| failure.into_error("read"))
    }
}
