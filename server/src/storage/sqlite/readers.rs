//! A few threads that only read, each with a connection of its own, and each read in a snapshot of
//! its own. Who asks waits for a turn; nobody waits for the writer.

use super::rows::Failure;
use crate::error::{Error, Result};
use rusqlite::Connection;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, oneshot};

/// Does one read on a thread's connection; whether the connection is as good as before.
type Job = Box<dyn FnOnce(&mut Connection) -> bool + Send>;

#[derive(Default)]
struct Queue {
    // Never longer than there are threads: each job has a turn.
    jobs: VecDeque<Job>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Condvar,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job; None at the end.
    fn next(&self) -> Option<Job> {
        let mut queue = self.queue();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue = self.filled.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The reading threads.
pub(super) struct Readers {
    shared: Arc<Shared>,
    turns: Semaphore,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Readers")
    }
}

impl Readers {
    /// Starts a thread for each connection.
    ///
    /// # Errors
    /// When the system has no threads for them.
    pub(super) fn start(path: &Path, connections: Vec<Connection>) -> std::io::Result<Self> {
        let readers = Self { shared: Arc::default(), turns: Semaphore::new(connections.len()) };
        for connection in connections {
            let (shared, path) = (Arc::clone(&readers.shared), path.to_owned());
            let run = move || run(&shared, path, connection);
            std::thread::Builder::new().name("reader".into()).spawn(run)?;
        }
        Ok(readers)
    }

    /// Runs a read in a snapshot of its own.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T> {
        let _turn = self.turns.acquire().await.map_err(|_| Error::draining())?;
        let (answer, answered) = oneshot::channel();
        self.shared.queue().jobs.push_back(Box::new(move |db| {
            let (outcome, reusable) = snapshot(db, work);
            // Whoever asked may have gone.
            let _ = answer.send(outcome.map_err(|failure| failure.into_error("read")));
            reusable
        }));
        self.shared.filled.notify_one();
        answered.await.map_err(|_| Error::internal("a read", &"it panicked"))?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.queue().closed = true;
        self.shared.filled.notify_all();
    }
}

fn snapshot<T>(
    db: &mut Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> (Result<T, Failure>, bool) {
    let snapshot = match db.transaction() {
        Ok(snapshot) => snapshot,
        Err(cause) => return (Err(cause.into()), false),
    };
    let outcome = work(&snapshot);
    let reusable = snapshot.finish().is_ok() && !matches!(outcome, Err(Failure::Storage(_)));
    (outcome, reusable)
}

/// A thread's life. A connection that failed, or panicked in the middle, is replaced.
fn run(shared: &Shared, path: PathBuf, connection: Connection) {
    let mut connection = Some(connection);
    while let Some(job) = shared.next() {
        let mut db = match connection.take().map_or_else(|| super::connect(&path, true), Ok) {
            Ok(db) => db,
            Err(cause) => {
                tracing::error!(%cause, "a reader can't open the database");
                // The job is dropped: who asked is told, and the next one tries again.
                continue;
            }
        };
        let reusable = catch_unwind(AssertUnwindSafe(|| job(&mut db)));
        connection = reusable.is_ok_and(|reusable| reusable).then_some(db);
    }
}
