//! The one writer thread. Whatever was asked for while the last commit was under way is the next
//! transaction (group commit, without a timer): a lone change is committed at once, and under load
//! one sync of the disk serves many.
//!
//! After each commit, what shall be announced and who shall be answered goes out together, in
//! commit order, through one bounded channel. Nothing goes out before the commit.

use super::rows::{ChannelNo, Failure, Id};
use crate::actions::Done;
use crate::domain::announcement::Announcement;
use crate::error::{Error, Result};
use rusqlite::Connection;
use shared::{Seq, UserId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc;

/// Changes that wait for the writer; past it, who asks waits.
const QUEUE_MAX: usize = 4_096;
/// Most changes in one transaction.
const BATCH_MAX: usize = 1_024;
/// Commits that wait to be delivered; past it, the writer waits.
const COMMITTED_MAX: usize = 64;

/// What one commit brought.
pub struct Committed {
    /// What to announce, in commit order.
    pub announcements: Vec<Announcement>,
    /// Whom to answer, once it is announced.
    pub answers: Vec<Box<dyn FnOnce() + Send>>,
}

impl std::fmt::Debug for Committed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Committed({} announcements)", self.announcements.len())
    }
}

/// Figures of the writer since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageFigures {
    /// Transactions that were committed.
    pub batches: u64,
    /// Announcements (events and others) that were committed.
    pub announcements: u64,
    /// Changes that wait for the writer now.
    pub waiting: usize,
}

#[derive(Debug, Default)]
struct Counters {
    batches: AtomicU64,
    announcements: AtomicU64,
    unhealthy: AtomicBool,
}

/// The transaction that changes run in.
pub(super) struct Tx<'a> {
    pub db: &'a Connection,
    announcements: Vec<Announcement>,
    heads: HashMap<ChannelNo, Seq>,
    reads: HashMap<(ChannelNo, UserId), Seq>,
}

impl Tx<'_> {
    /// The next seq of a channel, whose stored head is given. It is taken.
    pub(super) fn next_seq(&mut self, no: ChannelNo, stored_head: Seq) -> Seq {
        let head = self.heads.entry(no).or_insert(stored_head);
        *head += 1;
        *head
    }

    /// A channel's head as of this transaction.
    pub(super) fn head(&self, no: ChannelNo, stored_head: Seq) -> Seq {
        self.heads.get(&no).copied().unwrap_or(stored_head)
    }

    /// The user has read its own message.
    pub(super) fn has_read(&mut self, no: ChannelNo, user: UserId, seq: Seq) {
        self.reads.insert((no, user), seq);
    }

    /// Announces it once the transaction is committed.
    pub(super) fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    /// Writes what was gathered: once per channel and reader, not once per message.
    fn flush(&mut self) -> rusqlite::Result<()> {
        let mut heads =
            self.db.prepare_cached("UPDATE channels SET head_seq = ?2 WHERE no = ?1")?;
        for (no, head) in self.heads.drain() {
            heads.execute((no.0, head.cast_signed()))?;
        }
        let mut reads = self.db.prepare_cached(
            "UPDATE members SET read_seq = max(read_seq, ?3) WHERE channel_no = ?1 AND user_id = ?2",
        )?;
        for ((no, user), seq) in self.reads.drain() {
            reads.execute((no.0, Id::from(user), seq.cast_signed()))?;
        }
        Ok(())
    }
}

/// One change that waits for the writer.
trait Job: Send {
    /// Runs it. May be called again if the transaction it ran in was undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), rusqlite::Error>;
    /// Its answer: what it came to, or that storage failed.
    fn answer(self: Box<Self>, failed: Option<Error>) -> Box<dyn FnOnce() + Send>;
}

struct Change<T, F> {
    work: F,
    outcome: Option<Result<T>>,
    done: Done<T>,
}

impl<T, F> Job for Change<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, Failure> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), rusqlite::Error> {
        match (self.work)(tx) {
            Ok(value) => self.outcome = Some(Ok(value)),
            Err(Failure::Refused(error)) => self.outcome = Some(Err(error)),
            Err(Failure::Storage(cause)) => return Err(cause),
        }
        Ok(())
    }

    fn answer(self: Box<Self>, failed: Option<Error>) -> Box<dyn FnOnce() + Send> {
        let Self { outcome, done, .. } = *self;
        let outcome = match (failed, outcome) {
            (Some(error), _) => Err(error),
            (None, Some(outcome)) => outcome,
            (None, None) => Err(Error::storage_unavailable()),
        };
        Box::new(move || done(outcome))
    }
}

type Queue = mpsc::Sender<Box<dyn Job>>;

/// The queue of the writer thread. Cloning shares it.
#[derive(Clone)]
pub(super) struct Writer {
    /// None once it takes no more.
    queue: Arc<Mutex<Option<Queue>>>,
    counters: Arc<Counters>,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts the thread; commits come out of the receiver.
    pub(super) fn start(
        db: Connection,
    ) -> std::result::Result<(Self, mpsc::Receiver<Committed>), super::OpenError> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let (commits, committed) = mpsc::channel(COMMITTED_MAX);
        let counters = Arc::new(Counters::default());
        let theirs = Arc::clone(&counters);
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || write(&db, jobs, &commits, &theirs))
            .map_err(super::OpenError::Directory)?;
        Ok((Self { queue: Arc::new(Mutex::new(Some(queue))), counters }, committed))
    }

    fn queue(&self) -> Result<Queue> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.clone().ok_or_else(Error::draining)
    }

    /// Queues a change, waiting for room; `done` is called once it is on disk, or refused.
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
        done: Done<T>,
    ) -> Result<()> {
        let queue = self.queue()?;
        let room = queue.reserve().await.map_err(|_| Error::draining())?;
        room.send(Box::new(Change { work, outcome: None, done }));
        Ok(())
    }

    /// Queues a change that nobody waits for, if there is room.
    pub(super) fn submit_if_room(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<(), Failure> + Send + 'static,
    ) {
        if let Ok(queue) = self.queue() {
            // Without room it is let go: it would only have been a note.
            let _ = queue.try_send(Box::new(Change { work, outcome: None, done: Box::new(drop) }));
        }
    }

    pub(super) fn healthy(&self) -> Result<()> {
        self.queue()?;
        if self.counters.unhealthy.load(Ordering::Relaxed) {
            Err(Error::storage_unavailable())
        } else {
            Ok(())
        }
    }

    pub(super) fn figures(&self) -> StorageFigures {
        StorageFigures {
            batches: self.counters.batches.load(Ordering::Relaxed),
            announcements: self.counters.announcements.load(Ordering::Relaxed),
            waiting: self.queue().map_or(0, |q| q.max_capacity() - q.capacity()),
        }
    }

    pub(super) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn write(
    db: &Connection,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    commits: &mpsc::Sender<Committed>,
    counters: &Counters,
) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX {
            match jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        let outcomes = match commit(db, &mut batch) {
            Ok(announcements) => vec![(batch, announcements, None)],
            // One change may have spoilt it for the others: each gets a transaction of its own.
            Err(_) if batch.len() > 1 => batch
                .into_iter()
                .map(|job| {
                    let mut alone = vec![job];
                    match commit(db, &mut alone) {
                        Ok(announcements) => (alone, announcements, None),
                        Err(cause) => (alone, Vec::new(), Some(cause)),
                    }
                })
                .collect(),
            Err(cause) => vec![(batch, Vec::new(), Some(cause))],
        };
        for (batch, announcements, failure) in outcomes {
            let failed = failure.map(|cause| Failure::Storage(cause).into_error("write"));
            counters.unhealthy.store(failed.is_some(), Ordering::Relaxed);
            if failed.is_none() {
                counters.batches.fetch_add(1, Ordering::Relaxed);
                counters.announcements.fetch_add(announcements.len() as u64, Ordering::Relaxed);
            }
            let answers = batch.into_iter().map(|job| job.answer(failed.clone())).collect();
            if commits.blocking_send(Committed { announcements, answers }).is_err() {
                return; // The node is gone: nobody is left to be told.
            }
        }
    }
    // The last connection to close is a reader's, which can't do this: without it the whole log,
    // deleted text with it, would stay beside the database after a clean end.
    if let Err(cause) = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%cause, "the log was not folded into the database");
    }
}

/// Runs the changes in one transaction and commits it; what to announce.
fn commit(
    db: &Connection,
    batch: &mut [Box<dyn Job>],
) -> Result<Vec<Announcement>, rusqlite::Error> {
    // Dropped without a commit, it is undone.
    let transaction = db.unchecked_transaction()?;
    let mut tx = Tx {
        db: &transaction,
        announcements: Vec::new(),
        heads: HashMap::new(),
        reads: HashMap::new(),
    };
    for job in batch {
        job.run(&mut tx)?;
    }
    tx.flush()?;
    let announcements = tx.announcements;
    transaction.commit()?;
    Ok(announcements)
}
