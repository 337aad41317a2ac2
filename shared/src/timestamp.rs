//! Times on the wire: RFC 3339 in UTC with milliseconds, held as milliseconds since 1970.
//!
//! Written out here because the page would pay tens of kilobytes for a calendar library, and this
//! is the only calendar arithmetic on the wire. Local time is the browser's own `Intl`.

use crate::json::{Json, Wire, Writer};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// A moment, in milliseconds since 1970-01-01T00:00:00Z. Written as `2026-11-17T09:12:00.000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
pub struct Timestamp(pub i64);

/// Text that should have been an RFC 3339 time in UTC and isn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError;

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a time like 2026-11-17T09:12:00.000Z")
    }
}

impl std::error::Error for ParseTimestampError {}

const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// The time as `YYYY-MM-DDTHH:MM:SS.mmmZ`. Years outside 0 to 9999 are held at those ends.
    pub fn to_rfc3339(self) -> String {
        let ms = self.0.clamp(-62_167_219_200_000, 253_402_300_799_999);
        let (year, month, day) = civil(ms.div_euclid(DAY_MS));
        let rest = ms.rem_euclid(DAY_MS);
        let mut out = String::with_capacity(24);
        push_digits(&mut out, year, 4);
        out.push('-');
        push_digits(&mut out, month, 2);
        out.push('-');
        push_digits(&mut out, day, 2);
        out.push('T');
        push_digits(&mut out, rest / 3_600_000, 2);
        out.push(':');
        push_digits(&mut out, rest / 60_000 % 60, 2);
        out.push(':');
        push_digits(&mut out, rest / 1000 % 60, 2);
        out.push('.');
        push_digits(&mut out, rest % 1000, 3);
        out.push('Z');
        out
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS[.fraction]Z`. Digits past the millisecond are dropped.
    pub fn parse(text: &str) -> Result<Self, ParseTimestampError> {
        let bytes = text.as_bytes();
        let body = bytes.strip_suffix(b"Z").ok_or(ParseTimestampError)?;
        let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if body.len() < 19 || punctuation.iter().any(|&(at, sign)| body[at] != sign) {
            return Err(ParseTimestampError);
        }
        let number = |from: usize, to: usize| digits(&body[from..to]);
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let in_range = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !in_range {
            return Err(ParseTimestampError);
        }
        let mut ms = 0;
        match &body[19..] {
            [] => {}
            [b'.', fraction @ ..] if (1..=9).contains(&fraction.len()) => {
                digits(fraction)?;
                for place in 0..3 {
                    ms = ms * 10 + fraction.get(place).map_or(0, |b| i64::from(b - b'0'));
                }
            }
            _ => return Err(ParseTimestampError),
        }
        let days = days_since_epoch(year, month, day);
        if civil(days) != (year, month, day) {
            return Err(ParseTimestampError); // the 30th of February
        }
        Ok(Self(days * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + ms))
    }
}

fn push_digits(out: &mut String, value: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10_i64.pow(place) % 10;
        out.push((b'0' + digit as u8) as char);
    }
}

fn digits(bytes: &[u8]) -> Result<i64, ParseTimestampError> {
    bytes.iter().try_fold(0_i64, |sum, b| match b {
        b'0'..=b'9' => Ok(sum * 10 + i64::from(b - b'0')),
        _ => Err(ParseTimestampError),
    })
}

/// Days since 1970-01-01 to (year, month, day) in the proleptic Gregorian calendar, counting in
/// eras of 400 years that start on the first of March, so that the leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|_| D::Error::custom("not an RFC 3339 time in UTC"))
    }
}

impl Wire for Timestamp {
    fn read(json: Json<'_>) -> Self {
        Self::parse(&json.text()).unwrap_or_else(|_| {
            json.refuse();
            Self(0)
        })
    }

    fn write(&self, out: &mut Writer) {
        out.text(&self.to_rfc3339());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments_are_written_as_people_know_them() {
        assert_eq!(Timestamp(0).to_rfc3339(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(951_782_400_000).to_rfc3339(), "2000-02-29T00:00:00.000Z");
        assert_eq!(Timestamp(1_795_386_051_123).to_rfc3339(), "2026-11-22T22:20:51.123Z");
        assert_eq!(Timestamp(-1).to_rfc3339(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-11-22",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T22:20:51.Z",
            "2026-11-22T22:20:51+01:00",
            "2026-11-22 22:20:51Z",
            "２０２６-11-22T22:20:51Z",
        ] {
            assert_eq!(Timestamp::parse(text), Err(ParseTimestampError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_moment_reads_back_as_itself(ms in -62_167_219_200_000_i64..253_402_300_799_999) {
            prop_assert_eq!(Timestamp::parse(&Timestamp(ms).to_rfc3339()), Ok(Timestamp(ms)));
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            let _ = Timestamp::parse(&text);
        }
    }
}
