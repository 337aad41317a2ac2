//! Time, chance and new ids, from one place that everybody is handed. Nothing else in the server
//! may ask the system for them (clippy forbids it).

use shared::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use uuid::{NoContext, Uuid};

/// The system's clock and random source.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
}

impl Clock {
    /// A clock whose `elapsed` begins now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub fn system() -> Self {
        Self { started: Instant::now() }
    }

    /// The time of day, as the system has it; it may jump.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Time since the clock was made; never jumps. For timeouts, heartbeats and rates.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// A new id: a UUID of version 7 at the given time.
    pub fn new_id(&self, at: Timestamp) -> Uuid {
        let ms = u64::try_from(at.0).unwrap_or(0);
        let time = uuid::Timestamp::from_unix(
            NoContext,
            ms / 1000,
            u32::try_from(ms % 1000 * 1_000_000).unwrap_or(0),
        );
        Uuid::new_v7(time)
    }

    /// 256 random bits from the system.
    ///
    /// # Errors
    /// When the system's random source fails, which leaves nothing to do but to refuse.
    pub fn random(&self) -> Result<[u8; 32], getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }
}
