//! What the writer's thread and those who ask it know of each other: counters, and for how long more
//! has come than can be committed.

use crate::domain::figures::{COMMIT_CHANGES, COMMIT_SECONDS, Histogram};
use shared::limits::CHANGES_WAITING_MAX;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// What the writer's thread and those who ask it share.
#[derive(Debug)]
pub(super) struct Counters {
    pub(super) batches: AtomicU64,
    pub(super) announcements: AtomicU64,
    pub(super) unhealthy: AtomicBool,
    /// Messages that are in the journal.
    pub(super) journal: AtomicUsize,
    /// Since when the queue has been full, or nearly, in milliseconds since the server's start and
    /// one; 0 while it is not.
    pub(super) full_since: AtomicU64,
    /// Changes that were refused because it was full for too long.
    pub(super) refused: AtomicU64,
    /// How long commits took, and how many changes each served.
    pub(super) seconds: Histogram,
    pub(super) changes: Histogram,
}

impl Default for Counters {
    fn default() -> Self {
        let (batches, announcements, unhealthy, journal) = Default::default();
        let (full_since, refused) = Default::default();
        let (seconds, changes) = (Histogram::new(COMMIT_SECONDS), Histogram::new(COMMIT_CHANGES));
        Self { batches, announcements, unhealthy, journal, full_since, refused, seconds, changes }
    }
}

impl Counters {
    /// For how long the queue has been full, as somebody found it now.
    pub(super) fn full_for(&self, now: Duration) -> Duration {
        let now = u64::try_from(now.as_millis()).unwrap_or(u64::MAX - 1) + 1;
        let found = self.full_since.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
        Duration::from_millis(found.map_or_else(|since| now.saturating_sub(since), |_| 0))
    }

    /// What waits after a batch was taken out. Once the queue is half empty, the writer keeps up.
    pub(super) fn left(&self, waiting: usize) {
        if waiting < CHANGES_WAITING_MAX / 2 {
            self.full_since.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_full_from_when_it_was_found_so_until_it_is_half_empty() {
        let (counters, ms) = (Counters::default(), Duration::from_millis);
        assert_eq!(counters.full_for(ms(0)), ms(0));
        assert_eq!(counters.full_for(ms(700)), ms(700));
        counters.left(CHANGES_WAITING_MAX / 2);
        assert_eq!(counters.full_for(ms(900)), ms(900));
        counters.left(CHANGES_WAITING_MAX / 2 - 1);
        assert_eq!(counters.full_for(ms(1_000)), ms(0));
        assert_eq!(counters.full_for(ms(1_001)), ms(1));
    }
}
