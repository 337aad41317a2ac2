//! How much room the data directory's disk has, looked at every few seconds and not by who writes:
//! they ask one atomic. Below a first mark the log and the metrics warn; below a second one changes
//! that take room are refused, while reading and deleting go on. It heals by itself: who would be
//! refused looks again.

use crate::error::{Error, Result};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Of the whole disk, the most that is kept in reserve: one part in this many.
const RESERVE_PART: u64 = 16;
/// Of the reserve, what deleting and folding the log need: one part in this many.
const LAST_PART: u64 = 4;

/// What the disk's room means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// There is room.
    Enough,
    /// It runs out; everything goes on.
    Low,
    /// Changes that take room are refused.
    Out,
}

/// The room of one directory's disk. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Room {
    data: Arc<Path>,
    reserve: u64,
    level: Arc<AtomicU8>,
    free: Arc<AtomicU64>,
}

/// What this much of a disk means, given the reserve that is wished for; a small disk keeps less.
fn level_of(free: u64, total: u64, reserve: u64) -> Level {
    let reserve = reserve.min(total / RESERVE_PART);
    if free < reserve / LAST_PART {
        Level::Out
    } else if free < reserve {
        Level::Low
    } else {
        Level::Enough
    }
}

impl Room {
    /// The room of this directory's disk, of which `reserve` bytes are kept; 0 keeps none.
    pub fn of(data: &Path, reserve: u64) -> Self {
        let room = Self { data: data.into(), reserve, level: Arc::default(), free: Arc::default() };
        room.look();
        room
    }

    /// Looks at the disk, and tells the log of a change. A look takes microseconds.
    pub fn look(&self) -> Level {
        let Ok(disk) = rustix::fs::statvfs(&*self.data) else { return self.level() };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        let level = level_of(free, disk.f_blocks.saturating_mul(disk.f_frsize), self.reserve);
        self.free.store(free, Ordering::Relaxed);
        let before = self.level.swap(level as u8, Ordering::Relaxed);
        if before != level as u8 {
            match level {
                Level::Enough => tracing::info!(free, "the disk has room again"),
                Level::Low => tracing::warn!(free, "the disk is almost full; make room"),
                Level::Out => tracing::error!(free, "the disk is full: changes are refused"),
            }
        }
        level
    }

    /// As of the last look.
    pub fn level(&self) -> Level {
        match self.level.load(Ordering::Relaxed) {
            0 => Level::Enough,
            1 => Level::Low,
            _ => Level::Out,
        }
    }

    /// Bytes that are free, as of the last look.
    pub fn free(&self) -> u64 {
        self.free.load(Ordering::Relaxed)
    }

    /// Whether changes that take room can be made.
    ///
    /// # Errors
    /// `storage_unavailable` with a sentence of its own.
    pub fn check(&self) -> Result<()> {
        if self.level() == Level::Out && self.look() == Level::Out {
            let detail = "the server's disk is almost full; nothing was changed. Reading and \
                          deleting go on; try again once there is room";
            return Err(Error { detail: detail.into(), ..Error::storage_unavailable() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_scaled_to_small_disks_and_none_are_kept_of_nothing() {
        const MIB: u64 = 1 << 20;
        let large = |free| level_of(free, 1 << 40, 64 * MIB);
        assert_eq!(large(64 * MIB), Level::Enough);
        assert_eq!(large(64 * MIB - 1), Level::Low);
        assert_eq!(large(16 * MIB), Level::Low);
        assert_eq!(large(16 * MIB - 1), Level::Out);
        let small = |free| level_of(free, 4 * MIB, 64 * MIB);
        assert_eq!(small(256 * 1024), Level::Enough);
        assert_eq!(small(64 * 1024), Level::Low);
        assert_eq!(small(64 * 1024 - 1), Level::Out);
        assert_eq!(level_of(0, 1 << 40, 0), Level::Enough);
    }

    #[test]
    fn who_would_be_refused_looks_again() {
        let dir = tempfile::tempdir().unwrap();
        let room = Room::of(dir.path(), 1);
        assert!(room.check().is_ok() && room.free() > 0);
        room.level.store(Level::Out as u8, Ordering::Relaxed);
        assert!(room.check().is_ok());
        assert_eq!(room.level(), Level::Enough);
    }
}
