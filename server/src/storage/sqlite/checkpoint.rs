//! Folding the write-ahead log into the database, beside the commits and not in them: on a thread
//! and a connection of its own. While commits never pause, each pass ends a little behind them and
//! the log would grow for ever: then the writer itself folds the little that is left, after which
//! SQLite begins the log anew.

use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Pages in the log from which on it is folded: 4 MiB.
const FOLD_AT: u64 = 1_024;
/// The same on a disk with little room, where the writer folds it itself and at once: what stands in
/// the log and in the database takes its room twice. 256 KiB.
const FOLD_AT_WHEN_TIGHT: u64 = 64;
/// Pages in the log from which on the writer folds what is left: 32 MiB.
const RESTART_AT: u64 = 8_192;

#[derive(Debug, Default)]
struct Shared {
    /// Pages in the log, as of the last commit.
    pages: AtomicU64,
    /// Whether a pass just ended and left too much.
    restart: AtomicBool,
}

/// The writer's side.
#[derive(Debug)]
pub(super) struct Checkpointer {
    shared: Arc<Shared>,
    wake: SyncSender<()>,
}

impl Checkpointer {
    /// Takes the folding over from the writer's connection. The thread ends with this.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub(super) fn start(writer: &mut Connection, own: Connection) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (wake, woken) = sync_channel(1);
        let theirs = Arc::clone(&shared);
        // It takes the place of SQLite's own hook, which folds within the commit.
        let hook = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            theirs.pages.store(u64::from(pages.unsigned_abs()), Ordering::Relaxed);
            Ok(())
        };
        writer.wal_hook(Some(hook)).map_err(std::io::Error::other)?;
        let theirs = Arc::clone(&shared);
        let fold = move || fold(&own, &woken, &theirs);
        std::thread::Builder::new().name("checkpoint".into()).spawn(fold)?;
        Ok(Self { shared, wake })
    }

    /// To be called after a commit, and after one that failed: has the log folded if it is long, or
    /// longer than a disk with little room can bear.
    pub(super) fn committed(&self, writer: &Connection, tight: bool) {
        let pages = self.shared.pages.load(Ordering::Relaxed);
        if tight && pages >= FOLD_AT_WHEN_TIGHT {
            passive(writer);
        }
        if pages < FOLD_AT {
            return;
        }
        if self.shared.restart.swap(false, Ordering::Relaxed) {
            passive(writer);
        }
        // When it is awake already, it will look once more.
        let _ = self.wake.try_send(());
    }
}

fn fold(own: &Connection, woken: &Receiver<()>, shared: &Shared) {
    while woken.recv().is_ok() {
        let long = shared.pages.load(Ordering::Relaxed) >= RESTART_AT;
        if passive(own) && long {
            shared.restart.store(true, Ordering::Relaxed);
        }
    }
}

/// Folds what can be folded without anybody waiting. Whether it could.
fn passive(db: &Connection) -> bool {
    let folded = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(0));
    if let Err(cause) = &folded {
        // The log keeps everything: the next commit tries again.
        tracing::warn!(%cause, "the log could not be folded into the database");
    }
    folded.is_ok_and(|busy| busy == 0)
}
