//! The writer's thread: takes what was asked for, commits it in one transaction, hands over what came
//! of it, and settles the journal when there is time.

use super::checkpoint::Checkpointer;
use super::counters::Counters;
use super::journal::{Journal, Staged};
use super::rows::Failure;
use super::writer::{Committed, Job, Needs, Tx};
use crate::domain::announcement::Announcement;
use crate::domain::clock::Clock;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

/// Most changes in one transaction.
const BATCH_MAX: usize = 1_024;
/// Room on the disk, in bytes, below which nothing gathers in the journal: several times what that
/// may hold, so that a disk which fills up never keeps a message from being read.
const ROOM_MIN: u64 = 64 * 1024 * 1024;
/// How long nothing may come until the journal is settled unasked.
const IDLE: Duration = Duration::from_millis(5);

type Batch = Vec<Box<dyn Job>>;

/// The thread's own.
pub(super) struct Commits {
    pub(super) db: Connection,
    pub(super) jobs: mpsc::Receiver<Box<dyn Job>>,
    pub(super) committed: mpsc::Sender<Committed>,
    pub(super) counters: Arc<Counters>,
    pub(super) checkpointer: Checkpointer,
    /// Waits for a job or for some time to pass.
    pub(super) waiting: Runtime,
    pub(super) journal: Journal,
    /// Whether commits are not synced at the moment.
    pub(super) relaxed: bool,
    /// The data directory.
    pub(super) dir: PathBuf,
    /// Whether its disk had little room at the last commit.
    pub(super) tight: bool,
    pub(super) clock: Clock,
}

impl Commits {
    /// Runs until nobody can ask for anything any more.
    pub(super) fn run(mut self) {
        while let Some(batch) = self.next() {
            for (batch, outcome) in self.attempt(batch) {
                if !self.hand_over(batch, outcome) {
                    return; // The node is gone: nobody is left to be told.
                }
            }
            if self.journal.is_due() {
                self.settle_some();
            }
            self.checkpointer.committed(&self.db, self.tight);
        }
        while !self.journal.is_empty() && self.settle_some() {}
        // The last connection to close is a reader's, which can't do this: without it the whole log,
        // deleted text with it, would stay beside the database after a clean end.
        if let Err(cause) = self.db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%cause, "the log was not folded into the database");
        }
    }

    /// What was asked for since the last commit, waiting for at least one change. While nothing is
    /// asked for, the journal is settled.
    fn next(&mut self) -> Option<Batch> {
        let first = 'waiting: loop {
            if self.journal.is_empty() {
                break self.jobs.blocking_recv()?;
            }
            let jobs = &mut self.jobs;
            let soon = async { tokio::time::timeout(IDLE, jobs.recv()).await };
            match self.waiting.block_on(soon) {
                Ok(job) => break job?,
                Err(_) => {
                    while !self.journal.is_empty() && self.settle_some() {
                        // Whoever comes meanwhile waits for one slice, not for all of them.
                        if let Ok(job) = self.jobs.try_recv() {
                            break 'waiting job;
                        }
                    }
                    self.checkpointer.committed(&self.db, self.tight);
                    if !self.journal.is_empty() {
                        // Not now: whoever needs it, and the next pause, will try again.
                        break self.jobs.blocking_recv()?;
                    }
                }
            }
        };
        // Where cores are few, this thread was woken in the middle of what asks: let that go on, so
        // that one commit serves all of it. Where a core is idle, this is nothing.
        std::thread::yield_now();
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX {
            match self.jobs.try_recv() {
                Ok(job) => batch.push(job),
                Err(_) => break,
            }
        }
        self.counters.left(self.jobs.len());
        Some(batch)
    }

    /// Commits a batch; if that fails, each of its changes by itself, as one may have spoilt it for
    /// the others.
    fn attempt(&mut self, mut batch: Batch) -> Vec<(Batch, rusqlite::Result<Vec<Announcement>>)> {
        let began = self.clock.elapsed();
        match self.commit(&mut batch) {
            Err(_) if batch.len() > 1 => {
                let alone = batch.into_iter().map(|job| {
                    let mut alone = vec![job];
                    let outcome = self.commit(&mut alone);
                    (alone, outcome)
                });
                alone.collect()
            }
            outcome => {
                if outcome.is_ok() {
                    self.counters.seconds.note_time(self.clock.elapsed().saturating_sub(began));
                    self.counters.changes.note_number(u32::try_from(batch.len()).unwrap_or(0));
                }
                vec![(batch, outcome)]
            }
        }
    }

    /// Runs changes in one transaction and commits it; what to announce. Messages alone go to the
    /// journal; with anything else that needs the log, and on a disk that is nearly full, all that is
    /// in the journal takes its place first.
    fn commit(&mut self, batch: &mut Batch) -> rusqlite::Result<Vec<Announcement>> {
        self.tight = self.is_tight();
        let needs_log = self.tight || batch.iter().any(|job| job.needs() != Needs::NoLog);
        self.sync_commits(batch.iter().any(|job| job.needs() != Needs::Settled))?;
        // Dropped without a commit, it is undone. It waits for its turn at once: a command of the
        // program may be writing, and who has read first could not write after that.
        let transaction = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        if needs_log {
            self.journal.settle(&transaction)?;
        }
        let staged = (!needs_log).then(Staged::default);
        let mut tx = Tx::new(&transaction, &mut self.journal, staged);
        for job in batch {
            job.run(&mut tx)?;
        }
        let (announcements, staged) = tx.flush()?;
        transaction.commit()?;
        match staged {
            Some((staged, heads)) => self.journal.commit(staged, heads),
            None => self.journal.settled(),
        }
        self.counters.journal.store(self.journal.len(), Ordering::Release);
        Ok(announcements)
    }

    /// Hands over what a batch came to; false when nobody takes it any more.
    fn hand_over(&mut self, batch: Batch, outcome: rusqlite::Result<Vec<Announcement>>) -> bool {
        let (announcements, failed) = match outcome {
            Ok(announcements) => {
                self.counters.batches.fetch_add(1, Ordering::Relaxed);
                let count = announcements.len() as u64;
                self.counters.announcements.fetch_add(count, Ordering::Relaxed);
                (announcements, None)
            }
            Err(cause) => (Vec::new(), Some(Failure::Storage(cause).into_error("write"))),
        };
        // A commit that did not have to reach the disk says nothing good of it.
        if failed.is_some() || !self.relaxed {
            let before = self.counters.unhealthy.swap(failed.is_some(), Ordering::Relaxed);
            if before && failed.is_none() {
                tracing::info!("storage can be written again");
            }
        }
        let answers = batch.into_iter().map(|job| job.answer(failed.clone())).collect();
        self.committed.blocking_send(Committed { announcements, answers }).is_ok()
    }

    /// Puts some of the journal into its place; whether it could.
    fn settle_some(&mut self) -> bool {
        let settled = self.sync_commits(false).and_then(|()| self.journal.settle_some(&self.db));
        if let Err(cause) = &settled {
            tracing::error!(%cause, "messages could not be moved from the journal to their place");
            self.counters.unhealthy.store(true, Ordering::Relaxed);
        }
        self.counters.journal.store(self.journal.len(), Ordering::Release);
        settled.is_ok()
    }

    /// Whether the disk has so little room that what is in the journal might find none for its place.
    fn is_tight(&self) -> bool {
        let room = rustix::fs::statvfs(&self.dir);
        room.is_ok_and(|room| room.f_bavail.saturating_mul(room.f_frsize) < ROOM_MIN)
    }

    /// Whether commits reach the disk before they return: those that somebody waits for do.
    fn sync_commits(&mut self, sync: bool) -> rusqlite::Result<()> {
        if self.relaxed == sync {
            let level = if sync { "FULL" } else { "NORMAL" };
            self.db.pragma_update(None, "synchronous", level)?;
            self.relaxed = !sync;
        }
        Ok(())
    }
}
