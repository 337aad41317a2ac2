//! What a search asks for. Any text can be read: what is no operator is words.
//!
//! | written | asks for messages |
//! |---|---|
//! | `tea cake` | with both words; the last one may be only begun, until a blank follows it |
//! | `"green tea"` | with these words in a row |
//! | `-milk`, `-"green tea"` | without |
//! | `from:ada`, `from:"Mira Okafor"`, `from:me` | of somebody, by user name or shown name |
//! | `in:general`, `in:#general` | in channels of this name |
//! | `has:link`, `has:code`, `has:image`, `has:file` | that hold one |
//! | `before:2026-11-01`, `after:2026-11`, `on:2026` | from before, after or within a day, month or year (UTC) |
//!
//! A `-` before `from:`, `in:` and `has:` asks for the others. Who and what the names mean, and what
//! one may read, is storage's.

use super::words::Pattern;
use shared::Timestamp;
use shared::limits::SEARCH_MAX_BYTES;
use std::ops::Range;

/// A search, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// What the text must hold.
    pub wanted: Vec<Pattern>,
    /// What it must not hold.
    pub unwanted: Vec<Pattern>,
    /// What must be so beside the text.
    pub filters: Vec<Filter>,
    /// When it was sent, in milliseconds since 1970; None for whenever.
    pub sent: Option<Range<i64>>,
}

/// What must be so beside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What.
    pub of: Facet,
    /// Whether the others are asked for.
    pub not: bool,
}

/// What a message can be asked for by, beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facet {
    /// Written by oneself.
    FromMe,
    /// Written by who has this user name or shown name, or this user id.
    From(String),
    /// In a channel of this name.
    In(String),
    /// Holding something.
    Has(Content),
}

/// What a message can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A web address.
    Link,
    /// Code, in a line or in a block.
    Code,
    /// A picture.
    Image,
    /// Any file.
    File,
}

impl Facet {
    /// Messages of an author: `me`, a user id, a user name or a shown name, with or without an `@`.
    /// None for no name.
    pub fn author(name: &str) -> Option<Self> {
        let name = name.trim();
        match name.strip_prefix('@').unwrap_or(name) {
            "" => None,
            me if me.eq_ignore_ascii_case("me") => Some(Self::FromMe),
            name => Some(Self::From(name.to_owned())),
        }
    }
}

impl Query {
    /// Reads a search.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence without its subject: it is too long, or asks for nothing.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > SEARCH_MAX_BYTES {
            return Err("is longer than 500 bytes");
        }
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            rest = query.take(rest).trim_start();
        }
        if query == Self::default() {
            return Err("names nothing to look for: write a word, or an operator as `from:ada`");
        }
        Ok(query)
    }

    /// Takes what the text begins with; what is left.
    fn take<'t>(&mut self, text: &'t str) -> &'t str {
        let bare = text.strip_prefix('-').filter(|rest| !rest.starts_with(char::is_whitespace));
        let (not, text) = (bare.is_some(), bare.unwrap_or(text));
        if let Some(rest) = self.take_operator(text, not) {
            return rest;
        }
        if let Some(opened) = text.strip_prefix(is_quote) {
            let (inside, rest) = quoted(opened);
            self.look_for(inside, rest.is_none() && !not, not);
            return rest.unwrap_or_default();
        }
        let (word, rest) = text.split_at(text.find(ends_word).unwrap_or(text.len()));
        self.look_for(word, rest.is_empty() && !not, not);
        rest
    }

    fn look_for(&mut self, text: &str, open: bool, not: bool) {
        let patterns = if not { &mut self.unwanted } else { &mut self.wanted };
        patterns.extend(Pattern::new(text, open));
    }

    /// Takes an operator, if the text begins with one; what is left then.
    fn take_operator<'t>(&mut self, text: &'t str, not: bool) -> Option<&'t str> {
        let (name, value) = text.split_once(':')?;
        let (value, rest) = match value.strip_prefix(is_quote) {
            Some(opened) => {
                let (inside, rest) = quoted(opened);
                (inside, rest.unwrap_or_default())
            }
            None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        let value = value.trim();
        let facet = match name.to_ascii_lowercase().as_str() {
            "from" => Facet::author(value)?,
            "in" => match value.strip_prefix('#').unwrap_or(value) {
                "" => return None,
                name => Facet::In(name.to_owned()),
            },
            "has" => Facet::Has(match value.to_ascii_lowercase().as_str() {
                "link" => Content::Link,
                "code" => Content::Code,
                "image" => Content::Image,
                "file" => Content::File,
                _ => return None,
            }),
            when if !not => {
                let period = period(value)?;
                self.narrow(match when {
                    "before" => i64::MIN..period.start,
                    "after" => period.end..i64::MAX,
                    "on" => period,
                    _ => return None,
                });
                return Some(rest);
            }
            _ => return None,
        };
        self.filters.push(Filter { of: facet, not });
        Some(rest)
    }

    fn narrow(&mut self, to: Range<i64>) {
        let sent = self.sent.take().unwrap_or(i64::MIN..i64::MAX);
        self.sent = Some(sent.start.max(to.start)..sent.end.min(to.end));
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || is_quote(c)
}

/// What is before the closing quotation mark, and what comes after it; None if it is not closed.
fn quoted(opened: &str) -> (&str, Option<&str>) {
    match opened.split_once(is_quote) {
        Some((inside, rest)) => (inside, Some(rest)),
        None => (opened, None),
    }
}

/// The milliseconds of a year, a month or a day.
fn period(text: &str) -> Option<Range<i64>> {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
    if !parts.iter().all(digits) || parts.first()?.len() != 4 {
        return None;
    }
    if parts.iter().skip(1).any(|part| !(1..=2).contains(&part.len())) {
        return None;
    }
    let numbers: Vec<u32> = parts.iter().map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let start = |year: u32, month: u32, day: u32| {
        let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        Timestamp::parse(&text).ok().map(|at| at.0)
    };
    let month_after = |year: u32, month: u32| match month {
        12 => start(year + 1, 1, 1),
        _ => start(year, month + 1, 1),
    };
    let (first, end) = match numbers[..] {
        [year] => (start(year, 1, 1)?, start(year + 1, 1, 1)),
        [year, month] => (start(year, month, 1)?, month_after(year, month)),
        [year, month, day] => {
            let first = start(year, month, day)?;
            (first, Some(first + 24 * 60 * 60 * 1000))
        }
        _ => return None,
    };
    // After the last year that can be written, nothing comes.
    Some(first..end.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Query {
        Query::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    /// The patterns as `a b` or, if the last word may go on, `a b*`; those not wanted with a `-`.
    fn patterns(text: &str) -> Vec<String> {
        let query = parsed(text);
        let show = |pattern: &Pattern| {
            format!("{}{}", pattern.words.join(" "), if pattern.prefix { "*" } else { "" })
        };
        let unwanted = query.unwanted.iter().map(|pattern| format!("-{}", show(pattern)));
        query.wanted.iter().map(show).chain(unwanted).collect()
    }

    fn day(text: &str) -> i64 {
        Timestamp::parse(&format!("{text}T00:00:00Z")).unwrap().0
    }

    #[test]
    fn the_last_word_may_go_on_until_a_blank_follows() {
        assert_eq!(patterns("Green te"), ["green", "te*"]);
        assert_eq!(patterns("green te "), ["green", "te"]);
        assert_eq!(patterns("foo.bar"), ["foo bar*"]);
        assert_eq!(patterns("-milk tea -su"), ["tea", "-milk", "-su"]);
    }

    #[test]
    fn quotes_are_phrases_however_they_are_written() {
        assert_eq!(patterns("\"green tea\" cup "), ["green tea", "cup"]);
        assert_eq!(patterns("“green tea”"), ["green tea"]);
        assert_eq!(patterns("-\"green tea\" a\"b\""), ["a", "b", "-green tea"]);
        assert_eq!(patterns("\"green te"), ["green te*"], "still being typed");
    }

    #[test]
    fn scripts_without_blanks_are_pairs_in_a_row() {
        assert_eq!(patterns("全文検索"), ["全文 文検 検索"]);
        assert_eq!(patterns("検 x "), ["検*", "x"]);
    }

    #[test]
    fn operators_name_people_channels_contents_and_times() {
        let query = parsed("from:me from:@ada From:\"Mira Okafor\" in:#general -in:ops has:LINK");
        let filters: Vec<_> = query.filters.into_iter().map(|f| (f.of, f.not)).collect();
        let name = |name: &str| name.to_owned();
        assert_eq!(
            filters,
            [
                (Facet::FromMe, false),
                (Facet::From(name("ada")), false),
                (Facet::From(name("Mira Okafor")), false),
                (Facet::In(name("general")), false),
                (Facet::In(name("ops")), true),
                (Facet::Has(Content::Link), false),
            ]
        );
        assert!(query.wanted.is_empty());
        assert_eq!(parsed("in:\"my room\" tea").filters[0].of, Facet::In(name("my room")));
    }

    #[test]
    fn times_are_days_months_and_years() {
        let sent = |text: &str| parsed(text).sent.unwrap();
        assert_eq!(sent("before:2026-11-01"), i64::MIN..day("2026-11-01"));
        assert_eq!(sent("after:2026-11-1"), day("2026-11-02")..i64::MAX);
        assert_eq!(sent("on:2024-02"), day("2024-02-01")..day("2024-03-01"));
        assert_eq!(sent("after:2023 before:2024-12"), day("2024-01-01")..day("2024-12-01"));
        assert_eq!(sent("on:9999").end, i64::MAX);
        assert!(sent("before:2020 after:2021").is_empty());
    }

    #[test]
    fn what_is_no_operator_is_words() {
        assert_eq!(patterns("has:fun "), ["has fun"]);
        assert_eq!(patterns("from: "), ["from"]);
        assert_eq!(patterns("before:soon on:2026-02-30 "), ["before soon", "on 2026 02 30"]);
        assert_eq!(patterns("-before:2026 x "), ["x", "-before 2026"]);
        assert_eq!(patterns("re:zero AND OR NOT NEAR( "), ["re zero", "and", "or", "not", "near"]);
        assert_eq!(patterns("https://a.b/c "), ["https a b c"]);
        assert_eq!(patterns("a - b "), ["a", "b"]);
    }

    #[test]
    fn a_search_for_nothing_and_a_long_one_are_refused() {
        for nothing in ["", "  ", "-", "\"\"", "!?", "\"", "- - -"] {
            assert!(Query::parse(nothing).is_err(), "{nothing:?}");
        }
        assert!(Query::parse(&"x".repeat(SEARCH_MAX_BYTES)).is_ok());
        assert_eq!(Query::parse(&"x".repeat(501)), Err("is longer than 500 bytes"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "(\\PC|[-\":a 文]|from:|in:|on:20|has:){0,80}") {
            if let Ok(query) = Query::parse(&text) {
                for pattern in query.wanted.iter().chain(&query.unwanted) {
                    prop_assert!(!pattern.words.is_empty());
                    prop_assert!(pattern.words.iter().all(|word| !word.contains(['"', ' ', '*'])));
                }
            }
        }
    }
}
