//! The one place that reads the clock. Everything is measured on the monotonic one, in nanoseconds.

use rustix::time::{ClockId, clock_gettime};

/// A second, in nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;
/// A millisecond, in nanoseconds.
pub(crate) const MILLISECOND: u64 = 1_000_000;

/// Nanoseconds since some moment in the past; never goes back.
pub(crate) fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    time.tv_sec.unsigned_abs() * SECOND + time.tv_nsec.unsigned_abs()
}

/// Nanoseconds of so many seconds.
pub(crate) fn nanos(seconds: f64) -> u64 {
    (seconds * SECOND as f64) as u64
}

/// Seconds since `start`, a value of [`now`].
pub(crate) fn seconds_since(start: u64) -> f64 {
    now().saturating_sub(start) as f64 / SECOND as f64
}

/// Today in UTC, as `2031-12-24`.
pub(crate) fn today() -> String {
    let (year, month, day) = date(clock_gettime(ClockId::Realtime).tv_sec.div_euclid(86_400));
    format!("{year}-{month:02}-{day:02}")
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar. Years begin in March here, so that the leap day
/// is their last.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_819), (2027, 1, 1));
        assert_eq!(date(-1), (1969, 12, 31));
    }

    #[test]
    fn time_does_not_go_back() {
        let before = now();
        assert!(now() >= before);
        assert_eq!(nanos(0.25), 250 * MILLISECOND);
    }
}
