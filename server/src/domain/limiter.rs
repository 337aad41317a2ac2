//! Rates: a token bucket for each (subject, kind). Bounded in memory: full buckets are forgotten.

use crate::domain::figures::{add, read};
use crate::error::{Error, Result};
use shared::UserId;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Most buckets kept at once; past it, full ones are forgotten, and if none is, all are.
const BUCKETS_MAX: usize = 50_000;

/// What is limited, and of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limited {
    /// Signing up, by address: 200 at once, then one a second.
    SignUp(IpAddr),
    /// Logging in, by address: 60 at once, then one a second.
    LogIn(IpAddr),
    /// Changes of any kind, by user: 600 at once, then 100 a second.
    Change(UserId),
    /// Searching, by user: 60 at once, then 10 a second, which is as fast as one types.
    Search(UserId),
    /// Uploading, by user: 60 requests at once, then one a second.
    Upload(UserId),
}

/// What each kind is called in figures, in the order of [`Limited::kind`].
const KINDS: [&str; 5] = ["sign_up", "log_in", "change", "search", "upload"];

impl Limited {
    /// The place of its name in [`KINDS`].
    fn kind(self) -> usize {
        match self {
            Self::SignUp(_) => 0,
            Self::LogIn(_) => 1,
            Self::Change(_) => 2,
            Self::Search(_) => 3,
            Self::Upload(_) => 4,
        }
    }

    /// How many at once, and how many a second after that.
    fn rate(self) -> (f64, f64) {
        match self {
            Self::SignUp(_) => (200.0, 1.0),
            Self::LogIn(_) => (60.0, 1.0),
            Self::Change(_) => (600.0, 100.0),
            Self::Search(_) => (60.0, 10.0),
            Self::Upload(_) => (60.0, 1.0),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: f64,
    at: Duration,
}

/// All the buckets. Off for benchmarks and tests, where `--limits off` is given.
#[derive(Debug)]
pub struct Limiter {
    buckets: Mutex<HashMap<Limited, Bucket>>,
    refused: [AtomicU64; KINDS.len()],
    on: bool,
}

impl Limiter {
    /// A limiter with all buckets full; one that is off never refuses.
    pub fn new(on: bool) -> Self {
        Self { buckets: Mutex::default(), refused: Default::default(), on }
    }

    /// How often each kind was refused.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KINDS.into_iter().zip(self.refused.iter().map(read))
    }

    /// Takes one from the bucket. `now` is the time since the server's start.
    ///
    /// # Errors
    /// `rate_limited`, with the time until there is one again.
    pub fn take(&self, what: Limited, now: Duration) -> Result<()> {
        if !self.on {
            return Ok(());
        }
        let (burst, per_second) = what.rate();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&what) {
            buckets.retain(|key, bucket| {
                let (burst, rate) = key.rate();
                bucket.level + now.saturating_sub(bucket.at).as_secs_f64() * rate < burst
            });
            if buckets.len() >= BUCKETS_MAX {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(what).or_insert(Bucket { level: burst, at: now });
        let since = now.saturating_sub(bucket.at).as_secs_f64();
        bucket.level = (bucket.level + since * per_second).min(burst);
        bucket.at = now;
        if bucket.level >= 1.0 {
            bucket.level -= 1.0;
            Ok(())
        } else {
            let wait = (1.0 - bucket.level) / per_second;
            add(&self.refused[what.kind()], 1);
            Err(Error::rate_limited(Duration::from_secs_f64(wait)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: Limited = Limited::LogIn(IpAddr::V4(Ipv4Addr::LOCALHOST));

    #[test]
    fn a_burst_is_served_and_then_one_a_second() {
        let limiter = Limiter::new(true);
        for _ in 0..60 {
            assert!(limiter.take(HERE, Duration::ZERO).is_ok());
        }
        assert!(limiter.refused().all(|(_, count)| count == 0));
        let refused = limiter.take(HERE, Duration::ZERO).unwrap_err();
        assert_eq!(refused.retry_after, Some(Duration::from_secs(1)));
        assert!(limiter.refused().any(|told| told == ("log_in", 1)));
        assert!(limiter.take(HERE, Duration::from_secs(1)).is_ok());
        assert!(limiter.take(HERE, Duration::from_secs(1)).is_err());
    }

    #[test]
    fn the_number_of_buckets_is_bounded() {
        let limiter = Limiter::new(true);
        for n in 0..120_000_u32 {
            let address = IpAddr::V4(Ipv4Addr::from(n));
            assert!(limiter.take(Limited::SignUp(address), Duration::ZERO).is_ok());
        }
        assert!(limiter.buckets.lock().unwrap().len() <= BUCKETS_MAX);
    }

    #[test]
    fn a_limiter_that_is_off_never_refuses() {
        let limiter = Limiter::new(false);
        assert!((0..1000).all(|_| limiter.take(HERE, Duration::ZERO).is_ok()));
    }
}
