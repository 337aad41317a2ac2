//! Rates: a token bucket for each (subject, kind). The rates themselves are in `shared::limits`.
//!
//! Bounded in memory: past so many buckets, those that will be full soonest are forgotten, as that
//! gives the least away. What comes from outside, what is said to be a name, and who is logged in are
//! kept apart, so that no flood of one kind has the buckets of another forgotten.

use crate::domain::figures::{add, read};
use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use shared::limits::{self, RATES, Rate};
use shared::{ClientId, UserId};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most buckets of one kind of subject.
const BUCKETS_MAX: usize = 50_000;
/// How many are forgotten at once, so that a flood pays for looking them over once in as many.
const FORGOTTEN_AT_ONCE: usize = BUCKETS_MAX / 8;
/// How long it is remembered that a name logged in from a network.
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Where requests come from, as far as one sender can't choose it: an IPv4 address, or the /64 of an
/// IPv6 one, which is what one line is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => Self(IpAddr::V4(v4)),
            IpAddr::V6(v6) => Self(IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64))),
        }
    }
}

/// A user name that somebody logs in as, whether or not there is such a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameHash([u8; 16]);

impl NameHash {
    /// Of a name in the form in which names are compared.
    pub fn of(name_key: &str) -> Self {
        let mut short = [0; 16];
        short.iter_mut().zip(Sha256::digest(name_key)).for_each(|(to, from)| *to = from);
        Self(short)
    }
}

/// What is limited, and of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limited {
    /// Any request, by network.
    Request(IpAddr),
    /// Signing up, by network.
    SignUp(IpAddr),
    /// Logging in, by network.
    LogIn(IpAddr),
    /// Changes of any kind, by user.
    Change(UserId),
    /// Changes of any kind, by client.
    ClientChange(ClientId),
    /// Searching, by user.
    Search(UserId),
    /// Uploading, by user.
    Upload(UserId),
    /// WebSocket tickets, by user.
    Ticket(UserId),
    /// Opening sockets, by user.
    Socket(UserId),
    /// Links to look up, by user.
    Preview(UserId),
}

impl Limited {
    fn rate(self) -> &'static Rate {
        match self {
            Self::Request(_) => &limits::REQUEST_RATE,
            Self::SignUp(_) => &limits::SIGN_UP_RATE,
            Self::LogIn(_) => &limits::LOG_IN_RATE,
            Self::Change(_) => &limits::CHANGE_RATE,
            Self::ClientChange(_) => &limits::CLIENT_CHANGE_RATE,
            Self::Search(_) => &limits::SEARCH_RATE,
            Self::Upload(_) => &limits::UPLOAD_RATE,
            Self::Ticket(_) => &limits::TICKET_RATE,
            Self::Socket(_) => &limits::SOCKET_RATE,
            Self::Preview(_) => &limits::PREVIEW_RATE,
        }
    }

    /// The same of the whole network.
    fn of_network(self) -> Self {
        let network = |address| Network::of(address).0;
        match self {
            Self::Request(address) => Self::Request(network(address)),
            Self::SignUp(address) => Self::SignUp(network(address)),
            Self::LogIn(address) => Self::LogIn(network(address)),
            by_account => by_account,
        }
    }

    fn is_from_outside(self) -> bool {
        matches!(self, Self::Request(_) | Self::SignUp(_) | Self::LogIn(_))
    }
}

/// What is left of a rate, as told in the `RateLimit` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Whose.
    pub rate: &'static Rate,
    /// How many are left.
    pub left: u32,
    /// Until when there is one more than now, or all are back.
    pub wait: Duration,
}

/// A token bucket.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    level: f64,
    at: Duration,
}

impl Bucket {
    /// A full one. `now` is the time since the server's start.
    pub fn full(rate: &'static Rate, now: Duration) -> Self {
        Self { level: f64::from(rate.at_once), at: now }
    }

    /// Fills it up to now.
    fn refill(&mut self, rate: &'static Rate, now: Duration) {
        let since = now.saturating_sub(self.at).as_secs_f64();
        self.level = (self.level + since * per_second(rate)).min(f64::from(rate.at_once));
        self.at = now;
    }

    /// Takes one; what is left.
    ///
    /// # Errors
    /// `rate_limited`, with the time until there is one again.
    pub fn take(&mut self, rate: &'static Rate, now: Duration) -> Result<Quota> {
        self.refill(rate, now);
        if self.level >= 1.0 {
            self.level -= 1.0;
            return Ok(self.quota(rate));
        }
        Err(Error::over_rate(self.quota(rate)))
    }

    fn quota(&self, rate: &'static Rate) -> Quota {
        let left = self.level.floor();
        let next = if left < 1.0 { 1.0 } else { f64::from(rate.at_once) };
        let wait = Duration::from_secs_f64((next - self.level).max(0.0) / per_second(rate));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to at_once")]
        let left = left as u32;
        Quota { rate, left, wait }
    }

    /// Seconds after `now` until it is full.
    fn full_in(&self, rate: &'static Rate, now: Duration) -> f64 {
        let since = now.saturating_sub(self.at).as_secs_f64();
        (f64::from(rate.at_once) - self.level) / per_second(rate) - since
    }
}

fn per_second(rate: &Rate) -> f64 {
    f64::from(rate.per_minute) / 60.0
}

/// Buckets of one kind of subject.
#[derive(Debug)]
struct Buckets<K>(Mutex<HashMap<K, Bucket>>);

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash> Buckets<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Bucket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: K, rate_of: impl Fn(K) -> &'static Rate, now: Duration) -> Result<Quota> {
        let mut buckets = self.lock();
        if buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&key) {
            forget_some(&mut buckets, |key, bucket| bucket.full_in(rate_of(*key), now));
        }
        let rate = rate_of(key);
        buckets.entry(key).or_insert_with(|| Bucket::full(rate, now)).take(rate, now)
    }

    /// What is left, untouched.
    fn look(&self, key: K, rate: &'static Rate, now: Duration) -> Quota {
        let mut bucket = self.lock().get(&key).copied().unwrap_or(Bucket::full(rate, now));
        bucket.refill(rate, now);
        bucket.quota(rate)
    }

    /// Gives one back that was taken.
    fn give_back(&self, key: K, rate: &'static Rate) {
        if let Some(bucket) = self.lock().get_mut(&key) {
            bucket.level = (bucket.level + 1.0).min(f64::from(rate.at_once));
        }
    }
}

/// Forgets those that matter least.
fn forget_some<K: Copy + Eq + Hash, V>(map: &mut HashMap<K, V>, matters: impl Fn(&K, &V) -> f64) {
    let mut keys: Vec<(f64, K)> =
        map.iter().map(|(key, value)| (matters(key, value), *key)).collect();
    let least = FORGOTTEN_AT_ONCE.min(keys.len());
    if least > 0 {
        keys.select_nth_unstable_by(least - 1, |(one, _), (other, _)| one.total_cmp(other));
        keys.truncate(least);
    }
    for (_, key) in keys {
        map.remove(&key);
    }
}

/// All the buckets. Off for benchmarks and tests, where `--limits off` is given.
#[derive(Debug, Default)]
pub struct Limiter {
    from_outside: Buckets<Limited>,
    accounts: Buckets<Limited>,
    names: Buckets<NameHash>,
    /// From where names logged in, and when last.
    known: Mutex<HashMap<(NameHash, Network), Duration>>,
    refused: [AtomicU64; RATES.len()],
    on: bool,
}

impl Limiter {
    /// A limiter with all buckets full; one that is off never refuses.
    pub fn new(on: bool) -> Self {
        Self { on, ..Self::default() }
    }

    /// Whether rates are limited at all.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// How often each rate was found used up.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, u64)> {
        RATES.iter().map(|rate| rate.name).zip(self.refused.iter().map(read))
    }

    /// Counts an outcome, for the figures, if it is a refusal.
    pub fn noted<T>(&self, rate: &Rate, outcome: Result<T>) -> Result<T> {
        if outcome.is_err() {
            let kinds = RATES.iter().zip(&self.refused);
            kinds.filter(|(each, _)| each.name == rate.name).for_each(|(_, count)| add(count, 1));
        }
        outcome
    }

    /// Takes one from the bucket. `now` is the time since the server's start.
    ///
    /// # Errors
    /// `rate_limited`, with the time until there is one again.
    pub fn take(&self, what: Limited, now: Duration) -> Result<()> {
        if !self.on {
            return Ok(());
        }
        let what = what.of_network();
        self.noted(what.rate(), self.buckets(what).take(what, Limited::rate, now)).map(drop)
    }

    /// What is left in the bucket; None when rates are not limited.
    pub fn look(&self, what: Limited, now: Duration) -> Option<Quota> {
        let what = what.of_network();
        self.on.then(|| self.buckets(what).look(what, what.rate(), now))
    }

    fn buckets(&self, what: Limited) -> &Buckets<Limited> {
        if what.is_from_outside() { &self.from_outside } else { &self.accounts }
    }

    /// Before a password is tried: takes one of the network's log-ins, and, from where the name did
    /// not log in lately, one of the name's. So guessing one name's password from everywhere is slow,
    /// and who owns the name still gets in from where it was.
    ///
    /// # Errors
    /// `rate_limited`, with the time until there is one again; the same whether or not there is such
    /// a user.
    pub fn take_log_in(&self, name: NameHash, from: IpAddr, now: Duration) -> Result<()> {
        self.take(Limited::LogIn(from), now)?;
        if !self.on || self.is_known(name, Network::of(from), now) {
            return Ok(());
        }
        let rate = &limits::LOG_IN_NAME_RATE;
        self.noted(rate, self.names.take(name, |_| rate, now)).map(drop)
    }

    /// After a password was right: it was no guess, and comes from a place to remember.
    pub fn logged_in(&self, name: NameHash, from: IpAddr, now: Duration) {
        if !self.on {
            return;
        }
        let network = Network::of(from);
        if !self.is_known(name, network, now) {
            self.names.give_back(name, &limits::LOG_IN_NAME_RATE);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= BUCKETS_MAX && !known.contains_key(&(name, network)) {
            forget_some(&mut known, |_, at| at.as_secs_f64());
        }
        known.insert((name, network), now);
    }

    fn is_known(&self, name: NameHash, network: Network, now: Duration) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(name, network)).is_some_and(|at| now.saturating_sub(*at) < KNOWN_FOR)
    }
}

#[cfg(test)]
#[path = "limiter_tests.rs"]
mod tests;
