//! The one place of the commands that reads the clock: their steps are timed, and nothing else depends on it.
#![expect(
    clippy::disallowed_methods,
    reason = "the ban protects the server's and the page's logic; here time is only shown"
)]

use std::time::Instant;

/// This moment, for measuring how long something takes.
pub(crate) fn now() -> Instant {
    Instant::now()
}
