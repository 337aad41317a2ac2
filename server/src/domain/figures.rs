//! What a node counts from its start on, for whoever watches over it: plain numbers that are added to
//! where something happens. Each list of labels is bounded. How they are told is in
//! `transport/http/figures.rs`.

use shared::{ErrorCode, close_code};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// Adds to a number.
pub fn add(to: &AtomicU64, more: u64) {
    to.fetch_add(more, Ordering::Relaxed);
}

/// Reads a number.
pub fn read(of: &AtomicU64) -> u64 {
    of.load(Ordering::Relaxed)
}

/// Upper bounds, in seconds, between which a request's time lies.
pub const REQUEST_SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// The same of a commit.
pub const COMMIT_SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// Upper bounds of the number of changes in a commit.
pub const COMMIT_CHANGES: &[f64] =
    &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0];

/// How values spread.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    /// By bound, and at last those above all.
    counts: Box<[AtomicU64]>,
    /// In millionths.
    sum: AtomicU64,
}

impl Histogram {
    /// One with these bounds, which rise.
    pub fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Notes a time.
    pub fn note_time(&self, took: Duration) {
        self.note(took.as_secs_f64(), u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Notes a number.
    pub fn note_number(&self, number: u32) {
        self.note(f64::from(number), u64::from(number) * 1_000_000);
    }

    fn note(&self, value: f64, millionths: u64) {
        let at = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(at) {
            add(count, 1);
            add(&self.sum, millionths);
        }
    }

    /// How many values were at most each bound.
    pub fn up_to(&self) -> impl Iterator<Item = (f64, u64)> {
        self.bounds.iter().zip(&self.counts).scan(0, |sum, (bound, count)| {
            *sum += read(count);
            Some((*bound, *sum))
        })
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        self.counts.iter().map(read).sum()
    }

    /// What they make together.
    pub fn sum(&self) -> f64 {
        read(&self.sum) as f64 / 1e6
    }
}

/// The methods that are told apart.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "other"];

/// The requests of one route and one method.
#[derive(Debug)]
pub struct Answered {
    /// By the first digit of the status, from 1 to 5.
    pub classes: [AtomicU64; 5],
    /// From the head of the request to the head of the answer.
    pub seconds: Histogram,
}

impl Default for Answered {
    fn default() -> Self {
        Self { classes: Default::default(), seconds: Histogram::new(REQUEST_SECONDS) }
    }
}

/// Requests by route. There are as many routes as the table of routes has.
#[derive(Debug, Default)]
pub struct Requests(RwLock<HashMap<String, [Answered; METHODS.len()]>>);

impl Requests {
    /// Notes an answered request. `route` must be a route's template, never a path.
    pub fn note(&self, route: &str, method: &str, status: u16, took: Duration) {
        let other = METHODS.len() - 1;
        let method = METHODS.iter().position(|known| *known == method).unwrap_or(other);
        let class = usize::from((status / 100).clamp(1, 5)) - 1;
        let note = |of: &[Answered; METHODS.len()]| {
            add(&of[method].classes[class], 1);
            of[method].seconds.note_time(took);
        };
        if let Some(of) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(route) {
            return note(of);
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        note(all.entry(route.to_owned()).or_default());
    }

    /// Does something with each route and method that was asked for, in the order of routes.
    pub fn each(&self, mut what: impl FnMut(&str, &'static str, &Answered)) {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut routes: Vec<_> = all.iter().collect();
        routes.sort_unstable_by_key(|(route, _)| *route);
        for (route, methods) in routes {
            for (method, answered) in METHODS.iter().zip(methods) {
                if answered.seconds.count() > 0 {
                    what(route, method, answered);
                }
            }
        }
    }
}

/// The codes with which sockets close that are told apart: 1000 and 1001 are the peer's own, 1006 is
/// a connection that was lost.
const CLOSE_CODES: [u16; 8] = [
    1000,
    1001,
    1006,
    close_code::NOT_LOGGED_IN,
    close_code::NOT_A_MEMBER,
    close_code::TOO_SLOW,
    close_code::DRAINING,
    close_code::PROTOCOL,
];

/// Everything that is counted above the Hub and storage, which count for themselves.
#[derive(Debug, Default)]
pub struct Figures {
    /// Answered requests.
    pub requests: Requests,
    /// Sockets that opened.
    pub opened: AtomicU64,
    closed: [AtomicU64; CLOSE_CODES.len() + 1],
    rejected: [AtomicU64; ErrorCode::ALL.len()],
    /// Accounts that were made.
    pub sign_ups: AtomicU64,
    /// Log-ins with a password or a passkey.
    pub log_ins: AtomicU64,
    /// Log-ins with a wrong name or a wrong password.
    pub log_ins_refused: AtomicU64,
    /// Bytes of uploads that were taken.
    pub uploaded_bytes: AtomicU64,
}

impl Figures {
    /// Notes the end of a socket.
    pub fn note_closed(&self, code: u16) {
        let at = CLOSE_CODES.iter().position(|known| *known == code);
        if let Some(count) = self.closed.get(at.unwrap_or(CLOSE_CODES.len())) {
            add(count, 1);
        }
    }

    /// Ends of sockets by code, the last of which is any other.
    pub fn closed(&self) -> impl Iterator<Item = (String, u64)> {
        let codes = CLOSE_CODES.iter().map(ToString::to_string).chain(["other".to_owned()]);
        codes.zip(self.closed.iter().map(read))
    }

    /// Notes a frame that was refused.
    pub fn note_rejected(&self, code: ErrorCode) {
        let at = ErrorCode::ALL.iter().position(|known| *known == code);
        if let Some(count) = at.and_then(|at| self.rejected.get(at)) {
            add(count, 1);
        }
    }

    /// Refused frames by code.
    pub fn rejected(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ErrorCode::ALL.iter().map(|code| code.as_str()).zip(self.rejected.iter().map(read))
    }
}

/// What a shard of the Hub counts.
#[derive(Debug, Default)]
pub struct Tally {
    /// Events that were given to sockets.
    pub delivered: AtomicU64,
    /// Frames that may be dropped and were, as too much waited for a socket.
    pub dropped: AtomicU64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_tells_how_many_were_at_most_each_bound() {
        let histogram = Histogram::new(&[1.0, 2.0, 4.0]);
        for number in [1, 2, 3, 4, 5] {
            histogram.note_number(number);
        }
        let up_to: Vec<_> = histogram.up_to().collect();
        assert_eq!(up_to, [(1.0, 1), (2.0, 2), (4.0, 4)]);
        assert_eq!((histogram.count(), histogram.sum()), (5, 15.0));
    }

    #[test]
    fn requests_are_told_apart_by_route_method_and_class_and_nothing_else() {
        let requests = Requests::default();
        for (method, status) in [("GET", 200), ("GET", 204), ("GET", 404), ("BREW", 405)] {
            requests.note("/tea", method, status, Duration::from_millis(2));
        }
        let mut told = Vec::new();
        requests.each(|route, method, answered| {
            let classes: Vec<_> = answered.classes.iter().map(read).collect();
            told.push((route.to_owned(), method, classes));
        });
        let tea = || "/tea".to_owned();
        assert_eq!(
            told,
            [(tea(), "GET", vec![0, 2, 0, 1, 0]), (tea(), "other", vec![0, 0, 0, 1, 0])]
        );
    }

    #[test]
    fn any_close_code_has_a_place() {
        let figures = Figures::default();
        for code in [1000, 4008, 4008, 4999, 0] {
            figures.note_closed(code);
        }
        let told: Vec<_> = figures.closed().filter(|(_, count)| *count > 0).collect();
        let text = |code: &str, count| (code.to_owned(), count);
        assert_eq!(told, [text("1000", 1), text("4008", 2), text("other", 2)]);
    }
}
