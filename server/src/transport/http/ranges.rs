//! Which part of a file is asked for (RFC 9110): one range of bytes, and whether the asker has it
//! already.

use axum::http::HeaderMap;
use axum::http::header::{IF_NONE_MATCH, IF_RANGE, RANGE};
use std::ops::Range;

/// What to answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Some(Range<u64>),
    /// The range that is asked for begins behind the end.
    Unsatisfiable,
    /// The asker has it already.
    NotModified,
}

/// What is asked for of a file with this tag and size. More than one range, and what can't be read,
/// is answered with all of it, as the standard allows.
pub(super) fn part(headers: &HeaderMap, etag: &str, size: u64) -> Part {
    if holds_tag(headers, etag) {
        return Part::NotModified;
    }
    let mut lines = headers.get_all(RANGE).iter();
    let range = match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().ok(),
        _ => None,
    };
    // A weak tag and a date say nothing of bytes.
    let same = headers.get(IF_RANGE).is_none_or(|tag| tag.as_bytes() == etag.as_bytes());
    match range.filter(|_| same).and_then(asked) {
        None => Part::Whole,
        Some(Asked::From(first, _)) if first >= size => Part::Unsatisfiable,
        Some(Asked::From(first, last)) => {
            Part::Some(first..last.map_or(size, |last| last.saturating_add(1).min(size)))
        }
        Some(Asked::Last(0)) => Part::Unsatisfiable,
        Some(Asked::Last(_)) if size == 0 => Part::Unsatisfiable,
        Some(Asked::Last(count)) => Part::Some(size.saturating_sub(count)..size),
    }
}

/// Whether the asker names the tag among those that it has.
fn holds_tag(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).into_iter();
    let mut tags = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

enum Asked {
    /// From here to there, or to the end.
    From(u64, Option<u64>),
    /// The last so many.
    Last(u64),
}

fn asked(line: &str) -> Option<Asked> {
    let (unit, range) = line.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = range.trim().split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    match (first.is_empty(), last.is_empty()) {
        (true, true) => None,
        (true, false) => Some(Asked::Last(number(last)?)),
        (false, true) => Some(Asked::From(number(first)?, None)),
        (false, false) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Asked::From(first, Some(last)))
        }
    }
}

/// A whole number; one that is too large is as large as can be.
fn number(digits: &str) -> Option<u64> {
    let fits = digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const TAG: &str = "\"abc\"";

    fn of(lines: &[(HeaderName, &'static str)], size: u64) -> Part {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_static(value));
        }
        part(&headers, TAG, size)
    }

    #[test]
    fn one_range_is_served_however_it_is_written() {
        for (line, found) in [
            ("bytes=0-9", 0..10),
            ("bytes=90-", 90..100),
            ("bytes=90-200", 90..100),
            ("bytes=99-99", 99..100),
            ("bytes=-1", 99..100),
            ("bytes=-1000", 0..100),
            ("Bytes = 5 - 6", 5..7),
            ("bytes=0-99999999999999999999999", 0..100),
        ] {
            assert_eq!(of(&[(RANGE, line)], 100), Part::Some(found), "{line}");
        }
    }

    #[test]
    fn what_is_no_range_gets_all_of_it_and_what_is_behind_the_end_nothing() {
        for line in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=9-3",
            "lines=1-2",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "bytes=+1-2",
        ] {
            assert_eq!(of(&[(RANGE, line)], 100), Part::Whole, "{line}");
        }
        let twice = [(RANGE, "bytes=0-1"), (RANGE, "bytes=2-3")];
        assert_eq!(of(&twice, 100), Part::Whole);
        for line in ["bytes=100-", "bytes=100-200", "bytes=-0"] {
            assert_eq!(of(&[(RANGE, line)], 100), Part::Unsatisfiable, "{line}");
        }
        assert_eq!(of(&[(RANGE, "bytes=0-")], 0), Part::Unsatisfiable);
        assert_eq!(of(&[(RANGE, "bytes=-5")], 0), Part::Unsatisfiable);
    }

    #[test]
    fn tags_decide_before_ranges_do() {
        let range = (RANGE, "bytes=0-1");
        let part = Part::Some(0..2);
        assert_eq!(of(&[range.clone(), (IF_RANGE, TAG)], 9), part);
        for other in ["\"x\"", "W/\"abc\"", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(of(&[range.clone(), (IF_RANGE, other)], 9), Part::Whole, "{other}");
        }
        for known in [TAG, "*", "\"x\", W/\"abc\""] {
            assert_eq!(of(&[range.clone(), (IF_NONE_MATCH, known)], 9), Part::NotModified);
        }
        assert_eq!(of(&[range, (IF_NONE_MATCH, "\"x\"")], 9), part);
    }
}
