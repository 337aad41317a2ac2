//! The one writer: what asks for changes, and the transaction that they run in. Whatever was asked
//! for while the last commit was under way is the next transaction (group commit, without a timer):
//! a lone change is committed at once, and under load one sync of the disk serves many.
//!
//! After each commit, what shall be announced and who shall be answered goes out together, in
//! commit order, through one bounded channel. Nothing goes out before the commit. The thread itself
//! is in `commits.rs`.

use super::checkpoint::Checkpointer;
use super::commits::Commits;
use super::counters::Counters;
use super::events::Stored;
use super::journal::{Journal, Post, Staged};
use super::posts::{Beside, insert_message};
use super::rows::{ChannelNo, Failure, Id, Place, place};
use super::search;
use crate::actions::{Done, outcome};
use crate::domain::announcement::Announcement;
use crate::domain::clock::Clock;
use crate::domain::figures::Histogram;
use crate::error::{Error, Result};
use rusqlite::Connection;
use shared::limits::{CHANGES_WAITING_MAX, OVERLOAD_PATIENCE_MS};
use shared::{ChannelId, Seq, UserId};
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

/// For how long changes may come faster than they are committed, and wait for room.
const PATIENCE: Duration = Duration::from_millis(OVERLOAD_PATIENCE_MS);
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
    /// Messages that are durable and not yet in their place.
    pub journal: usize,
    /// Changes that were refused while more came than could be committed.
    pub refused: u64,
}

/// What a change needs of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing that a message which is still in the journal belongs to.
    NoLog,
    /// Everything in its place.
    Log,
    /// The same, and changes nothing: it need not reach the disk.
    Settled,
}

/// The transaction that changes run in.
pub(super) struct Tx<'a> {
    pub db: &'a Connection,
    announcements: Vec<Announcement>,
    heads: HashMap<ChannelNo, Seq>,
    reads: HashMap<(ChannelNo, UserId), Seq>,
    /// The places of messages that are to enter the index of the search.
    unindexed: Vec<i64>,
    journal: &'a mut Journal,
    /// What goes to the journal; None while everything goes to its place at once.
    staged: Option<Staged>,
}

impl<'a> Tx<'a> {
    /// A transaction that is open; without `staged`, everything goes to its place at once.
    pub(super) fn new(
        db: &'a Connection,
        journal: &'a mut Journal,
        staged: Option<Staged>,
    ) -> Self {
        let (announcements, heads, reads, unindexed) = Default::default();
        Self { db, announcements, heads, reads, unindexed, journal, staged }
    }

    /// The next seq of a channel, whose stored head is given. It is taken.
    pub(super) fn next_seq(&mut self, no: ChannelNo, stored_head: Seq) -> Seq {
        let next = self.head(no, stored_head) + 1;
        self.heads.insert(no, next);
        next
    }

    /// A channel's head as of this transaction.
    pub(super) fn head(&self, no: ChannelNo, stored_head: Seq) -> Seq {
        let known = self.heads.get(&no).copied();
        known.unwrap_or_else(|| self.journal.head(no).unwrap_or(0).max(stored_head))
    }

    /// Where a user stands in a channel. What is remembered of it holds while messages alone are
    /// stored: in a transaction with anything else, somebody's rights may just have been changed.
    pub(super) fn place(&mut self, user: UserId, channel: ChannelId) -> Result<Place, Failure> {
        if self.staged.is_some()
            && let Some((no, standing)) = self.journal.place(user, channel)
            && let Some(head_seq) = self.heads.get(&no).copied().or_else(|| self.journal.head(no))
        {
            return Ok(Place { no, head_seq, standing });
        }
        let place = place(self.db, user, channel)?;
        if self.staged.is_some() {
            self.journal.remember(user, channel, (place.no, place.standing));
        }
        Ok(place)
    }

    /// What a user's nonce made before, if that is in the journal.
    pub(super) fn posted(&self, user: UserId, nonce: &str) -> Option<Stored> {
        let staged = self.staged.as_ref().and_then(|staged| staged.original(user, nonce));
        staged.or_else(|| self.journal.original(user, nonce))
    }

    /// Stores a message: in the journal, or in its place.
    pub(super) fn post(
        &mut self,
        channel: ChannelId,
        post: Post,
        beside: &Beside,
    ) -> rusqlite::Result<()> {
        match &mut self.staged {
            Some(staged) => staged.append(self.db, channel, post),
            None => {
                self.unindexed.push(post.pos);
                insert_message(self.db, &post, beside)
            }
        }
    }

    /// Searches find a message no more. To be called before anything changes that it is found by.
    pub(super) fn unindex(&mut self, pos: i64) -> rusqlite::Result<()> {
        match self.unindexed.iter().position(|unindexed| *unindexed == pos) {
            Some(at) => drop(self.unindexed.swap_remove(at)),
            None => search::remove(self.db, pos)?,
        }
        Ok(())
    }

    /// Searches find a message again, as it is at the end of this transaction.
    pub(super) fn reindex(&mut self, pos: i64) {
        self.unindexed.push(pos);
    }

    /// How far a user has read at least, by messages of its own.
    pub(super) fn own_read(&self, no: ChannelNo, user: UserId) -> Seq {
        let here = self.reads.get(&(no, user)).copied().unwrap_or(0);
        here.max(self.journal.read(no, user))
    }

    /// The user has read its own message.
    pub(super) fn has_read(&mut self, no: ChannelNo, user: UserId, seq: Seq) {
        self.reads.insert((no, user), seq);
    }

    /// Announces it once the transaction is committed.
    pub(super) fn announce(&mut self, announcement: Announcement) {
        self.announcements.push(announcement);
    }

    /// Writes what was gathered: once per channel and reader, not once per message. What goes to the
    /// journal is written when that is settled, and comes back. And what to announce.
    pub(super) fn flush(mut self) -> rusqlite::Result<(Vec<Announcement>, Option<ToJournal>)> {
        if let Some(staged) = self.staged {
            return Ok((self.announcements, Some((staged, self.heads))));
        }
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
        // All together, as the index likes them best in the order of time.
        search::enter_places(self.db, &self.unindexed)?;
        Ok((self.announcements, None))
    }
}

/// What a transaction adds to the journal, and the heads that its channels have then.
pub(super) type ToJournal = (Staged, HashMap<ChannelNo, Seq>);

/// One change that waits for the writer.
pub(super) trait Job: Send {
    /// Runs it. May be called again if the transaction it ran in was undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), rusqlite::Error>;
    /// What it needs of the tables.
    fn needs(&self) -> Needs;
    /// Its answer: what it came to, or that storage failed.
    fn answer(self: Box<Self>, failed: Option<Error>) -> Box<dyn FnOnce() + Send>;
}

struct Change<T, F> {
    needs: Needs,
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

    fn needs(&self) -> Needs {
        self.needs
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
    clock: Clock,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl Writer {
    /// Starts the thread; commits come out of the receiver. `folding` is the connection that folds
    /// the write-ahead log.
    pub(super) fn start(
        mut db: Connection,
        folding: Connection,
        dir: &Path,
        clock: Clock,
    ) -> std::result::Result<(Self, mpsc::Receiver<Committed>), super::OpenError> {
        let (queue, jobs) = mpsc::channel(CHANGES_WAITING_MAX);
        let (commits, committed) = mpsc::channel(COMMITTED_MAX);
        let counters = Arc::new(Counters::default());
        let waiting = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let checkpointer = Checkpointer::start(&mut db, folding);
        let thread = Commits {
            db,
            jobs,
            committed: commits,
            counters: Arc::clone(&counters),
            checkpointer: checkpointer.map_err(super::OpenError::Directory)?,
            waiting: waiting.map_err(super::OpenError::Directory)?,
            journal: Journal::default(),
            relaxed: false,
            dir: dir.to_owned(),
            tight: false,
            clock,
        };
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || thread.run())
            .map_err(super::OpenError::Directory)?;
        Ok((Self { queue: Arc::new(Mutex::new(Some(queue))), counters, clock }, committed))
    }

    fn queue(&self) -> Result<Queue> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.clone().ok_or_else(Error::draining)
    }

    /// Queues a change, waiting for room; `done` is called once it is on disk, or refused. While
    /// more comes than can be committed, and has for longer than a burst takes, it is refused at once
    /// where there is no room: a queue that only grows older serves nobody.
    ///
    /// # Errors
    /// `storage_unavailable`, with when to try again; `draining`.
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        needs: Needs,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Failure> + Send + 'static,
        done: Done<T>,
    ) -> Result<()> {
        let queue = self.queue()?;
        let room = match queue.try_reserve() {
            Ok(room) => room,
            Err(_) => self.room(&queue).await?,
        };
        room.send(Box::new(Change { needs, work, outcome: None, done }));
        Ok(())
    }

    /// Waits for room in a queue that has none, as long as patience lasts.
    async fn room<'a>(&self, queue: &'a Queue) -> Result<mpsc::Permit<'a, Box<dyn Job>>> {
        let full_for = self.counters.full_for(self.clock.elapsed());
        let patience = PATIENCE.checked_sub(full_for).unwrap_or_default();
        let room = if patience.is_zero() {
            None
        } else {
            tokio::time::timeout(patience, queue.reserve()).await.ok()
        };
        let Some(room) = room else {
            self.counters.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Error::overloaded());
        };
        room.map_err(|_| Error::draining())
    }

    /// Queues a change that nobody waits for, if there is room.
    pub(super) fn submit_if_room(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<(), Failure> + Send + 'static,
    ) {
        if let Ok(queue) = self.queue() {
            // Without room it is let go: it would only have been a note.
            let needs = Needs::NoLog;
            let done = Box::new(drop);
            let _ = queue.try_send(Box::new(Change { needs, work, outcome: None, done }));
        }
    }

    /// Waits until what was acknowledged up to now is in its place.
    pub(super) async fn settled(&self) -> Result<()> {
        if self.counters.journal.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        outcome(|done| self.submit(Needs::Settled, |_| Ok(()), done)).await
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
            journal: self.counters.journal.load(Ordering::Relaxed),
            refused: self.counters.refused.load(Ordering::Relaxed),
            waiting: self.queue().map_or(0, |q| q.max_capacity() - q.capacity()),
        }
    }

    /// How long commits took, and how many changes each served.
    pub(super) fn commit_figures(&self) -> (&Histogram, &Histogram) {
        (&self.counters.seconds, &self.counters.changes)
    }

    pub(super) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
