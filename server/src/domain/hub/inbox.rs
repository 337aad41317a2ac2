//! What waits to be taken in by a shard: handed over by the broker in commit order, taken by the
//! shard's own thread. Its lock is held for a push or a swap and never across a write.

use crate::domain::client::ConnKey;
use crate::domain::delivery::Delivery;
use crate::domain::frame::Frame;
use shared::ChannelId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Commits that may wait; past it, the broker waits.
const COMMITS_MAX: usize = 256;

/// One thing for a shard to take in.
#[derive(Debug)]
pub(super) enum Notice {
    /// What one commit announced.
    Committed(Arc<[Delivery]>),
    /// A frame for one socket; with a channel, it follows that channel's event.
    Reply(ConnKey, Option<ChannelId>, Frame),
}

#[derive(Debug, Default)]
struct Queue {
    notices: Vec<Notice>,
    commits: usize,
    closed: bool,
}

/// A shard's inbox.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
}

impl Inbox {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something in. The shard learns of it by [`Inbox::wake`].
    pub(super) fn push(&self, notice: Notice) {
        let mut queue = self.queue();
        queue.commits += usize::from(matches!(notice, Notice::Committed(_)));
        queue.notices.push(notice);
    }

    /// Tells the shard's thread that there is something.
    pub(super) fn wake(&self) {
        self.filled.notify_one();
    }

    /// Moves what is there to `notices`, which must be empty. False once it is closed and empty.
    pub(super) fn take(&self, notices: &mut Vec<Notice>) -> bool {
        let mut queue = self.queue();
        std::mem::swap(&mut queue.notices, notices);
        let was_full = queue.commits >= COMMITS_MAX;
        queue.commits = 0;
        let open = !queue.closed;
        drop(queue);
        if was_full {
            self.emptied.notify_one();
        }
        open || !notices.is_empty()
    }

    /// Whether the broker must wait before it puts in the next commit.
    pub(super) fn is_full(&self) -> bool {
        let queue = self.queue();
        !queue.closed && queue.commits >= COMMITS_MAX
    }

    /// Nothing more will come.
    pub(super) fn close(&self) {
        self.queue().closed = true;
        self.filled.notify_one();
        self.emptied.notify_one();
    }

    /// Fulfilled when something was put in. For the shard's one delivering task.
    pub(super) fn filled(&self) -> impl Future<Output = ()> + '_ {
        self.filled.notified()
    }

    /// Fulfilled when a full inbox was taken. For the one broker.
    pub(super) fn emptied(&self) -> impl Future<Output = ()> + '_ {
        self.emptied.notified()
    }
}
