//! What is offered while people write: which sign stands before the caret, what fits what was typed
//! after it, and in which order. Looking at the box and drawing the list is `components/`'.

use super::order::by_text;
use super::text::lower;
use shared::UserId;
use shared::limits::CHANNEL_NAME_MAX_CHARS;
use shared::names::MENTIONS_ALL;

/// Most words of a name after an `@` or a `#`, as the server reads them.
const WORDS_MAX: usize = 4;
/// Characters after a `:` from which emoji are offered.
const EMOJI_MIN_CHARS: usize = 2;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// `@`: somebody.
    Person,
    /// `#`: a room.
    Room,
    /// `:`: an emoji.
    Emoji,
    /// `/` where the text begins: a command.
    Command,
}

/// What is being typed at the caret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What is looked for.
    pub sign: Sign,
    /// The byte at which its sign stands.
    pub start: usize,
    /// What was typed after the sign, blanks at its end included.
    pub query: String,
}

/// What is being typed at this byte of a text, if that is something to look for. Nothing in code.
pub fn token(text: &str, caret: usize) -> Option<Token> {
    let before = text.get(..caret)?;
    if let Some(word) = before.strip_prefix('/').filter(|_| !text.starts_with("//")) {
        let fits = word.chars().all(|c| c.is_alphanumeric());
        return fits.then(|| Token { sign: Sign::Command, start: 0, query: word.to_owned() });
    }
    let begin = before.rfind('\n').map_or(0, |at| at + 1);
    let line = &before[begin..];
    if before.matches("```").count() % 2 == 1 || line.matches('`').count() % 2 == 1 {
        return None;
    }
    let near = line.char_indices().rev().take(CHANNEL_NAME_MAX_CHARS + 1);
    for (at, c) in near {
        let rest = &line[at + c.len_utf8()..];
        let sign = match c {
            '@' if is_name(rest) => Sign::Person,
            '#' if is_name(rest) => Sign::Room,
            ':' if is_shortcode(rest) && rest.chars().count() >= EMOJI_MIN_CHARS => Sign::Emoji,
            _ => continue,
        };
        if begins_word(&line[..at]) {
            return Some(Token { sign, start: begin + at, query: rest.to_owned() });
        }
    }
    None
}

/// A shortcode that ends at this byte with the `:` after it: what stands between its colons.
pub fn closed_shortcode(text: &str, caret: usize) -> Option<Token> {
    let inner = text.get(..caret)?.strip_suffix(':')?;
    token(text, inner.len()).filter(|token| token.sign == Sign::Emoji)
}

fn begins_word(before: &str) -> bool {
    let last = before.chars().next_back();
    last.is_none_or(|c| !c.is_alphanumeric() && !"@#:/.&=?".contains(c))
}

fn is_name(rest: &str) -> bool {
    !rest.starts_with(' ') && !rest.contains("  ") && rest.matches(' ').count() < WORDS_MAX
}

fn is_shortcode(rest: &str) -> bool {
    rest.chars().all(|c| c.is_alphanumeric() || "_+-".contains(c))
}

/// The byte at this place of a text, counted as browsers count: in units of UTF-16.
pub fn byte_at(text: &str, units: usize) -> usize {
    let mut left = units;
    for (at, c) in text.char_indices() {
        if left == 0 {
            return at;
        }
        left = left.saturating_sub(c.len_utf16());
    }
    text.len()
}

/// The place of a byte of a text, in units of UTF-16.
pub fn units_at(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or(text).encode_utf16().count()
}

/// What to put in the place of what: units of UTF-16, from and to, and the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// From here.
    pub from: usize,
    /// To here.
    pub to: usize,
    /// What comes there.
    pub text: String,
}

/// What accepting an offer changes, with the caret at this byte. A blank that follows already is
/// not doubled.
pub fn accept(text: &str, caret: usize, token: &Token, insert: &str) -> Change {
    let blank = insert.ends_with(' ') && text.get(caret..).is_some_and(|t| t.starts_with(' '));
    let to = units_at(text, caret) + usize::from(blank);
    Change { from: units_at(text, token.start), to, text: insert.to_owned() }
}

/// How well a name fits what was typed: 0 is the name itself, 1 begins like it, 2 has a word that
/// begins like it. None when it doesn't fit.
pub fn fit(name: &str, query: &str) -> Option<u8> {
    fit_small(&lower(name), &lower(query))
}

/// The same for what is in small letters already.
pub fn fit_small(name: &str, query: &str) -> Option<u8> {
    if name == query {
        return Some(0);
    }
    if name.starts_with(query) {
        return Some(1);
    }
    let inner = |c: char| !c.is_alphanumeric();
    let mut words = name.match_indices(inner).map(|(at, sign)| &name[at + sign.len()..]);
    words.any(|word| word.starts_with(query)).then_some(2)
}

/// Somebody who may be mentioned.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Who it is.
    pub id: UserId,
    /// The user name.
    pub username: String,
    /// The name that is shown.
    pub name: String,
    /// Whether they are in the channel.
    pub member: bool,
    /// How many others wrote there since they did; nothing if they did not lately.
    pub wrote: Option<usize>,
}

/// Those who fit: one who is called just so, then members, then everybody else; of each those whose
/// names begin like it before those with such a word in them, and who wrote lately first.
pub fn people(query: &str, known: Vec<Candidate>) -> Vec<Candidate> {
    let fits = |who: &Candidate| match (fit(&who.username, query), fit(&who.name, query)) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    };
    let found = known.into_iter().filter(|who| fits(who).is_some()).collect();
    by_text(found, |who: &Candidate| {
        let fit = fits(who).unwrap_or_default();
        let group = match (fit, who.member) {
            (0, _) => "0",
            (_, true) => "1",
            (_, false) => "2",
        };
        let wrote = who.wrote.map_or(999, |at| at.min(998)).to_string();
        let zeros = &"000"[wrote.len().min(3)..];
        let fit = if fit == 2 { "1" } else { "0" };
        [group, fit, zeros, &wrote, &lower(&who.name), &who.username].concat()
    })
}

/// The words that mention everyone and fit.
pub fn everyone(query: &str) -> impl Iterator<Item = &'static str> {
    MENTIONS_ALL.into_iter().filter(move |word| fit(word, query).is_some_and(|fit| fit < 2))
}

/// The rooms that fit, each name once: one that is called just so, one's own, then the others. Of
/// each its name, and whether it is one's own.
pub fn rooms(query: &str, known: Vec<(String, bool)>) -> Vec<(String, bool)> {
    let found = known.into_iter().filter(|(name, _)| fit(name, query).is_some()).collect();
    let mut sorted = by_text(found, |(name, mine): &(String, bool)| {
        let fit = fit(name, query).unwrap_or_default();
        let group = match (fit, mine) {
            (0, _) => "0",
            (1, true) => "1",
            (_, true) => "2",
            (_, false) => "3",
        };
        [group, &lower(name), if *mine { "0" } else { "1" }].concat()
    });
    let mut seen: Vec<String> = Vec::new();
    sorted.retain(|(name, _)| {
        let new = !seen.contains(name);
        seen.push(name.clone());
        new
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_end(text: &str) -> Option<(Sign, usize, String)> {
        token(text, text.len()).map(|token| (token.sign, token.start, token.query))
    }

    #[test]
    fn a_sign_at_the_start_of_a_word_begins_a_search() {
        let found = |sign, start, query: &str| Some((sign, start, query.to_owned()));
        assert_eq!(at_end("@"), found(Sign::Person, 0, ""));
        assert_eq!(at_end("hi @mi"), found(Sign::Person, 3, "mi"));
        assert_eq!(at_end("(@mira o"), found(Sign::Person, 1, "mira o"));
        assert_eq!(at_end("one\n#te"), found(Sign::Room, 4, "te"));
        assert_eq!(at_end("愛子、@愛"), found(Sign::Person, 9, "愛"));
        assert_eq!(at_end("👍:sm"), found(Sign::Emoji, 4, "sm"));
        assert_eq!(at_end(":+1"), found(Sign::Emoji, 0, "+1"));
        assert_eq!(at_end("/to"), found(Sign::Command, 0, "to"));
        assert_eq!(at_end("/"), found(Sign::Command, 0, ""));
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for text in [
            "",
            "hello",
            "ada@example",
            "a#1",
            "10:30",
            "https://example.org/#top",
            ":",
            ":s",
            ":)",
            "@ ada",
            "# title",
            "@one two three four five",
            "//topic",
            "/topic x",
            "say /topic",
            "`@ada",
            "```\n@ada",
            "@a  b",
            "@ada\nhow",
        ] {
            assert_eq!(at_end(text), None, "{text:?}");
        }
        assert!(at_end("`code` @ada").is_some());
        assert_eq!(token("hi @ada", 4).map(|token| token.query), Some(String::new()));
        assert_eq!(token("é", 1), None, "inside of a letter");
    }

    #[test]
    fn a_shortcode_between_colons_is_seen_when_it_is_closed() {
        let found = closed_shortcode("so :smile:", 10).unwrap();
        assert_eq!((found.start, found.query.as_str()), (3, "smile"));
        for text in ["at 10:30:", "::", ":a b:", "smile:"] {
            assert_eq!(closed_shortcode(text, text.len()), None, "{text}");
        }
    }

    #[test]
    fn places_are_counted_as_browsers_count() {
        let text = "a👍é@";
        assert_eq!(units_at(text, text.len() - 1), 4);
        assert_eq!(byte_at(text, 4), text.len() - 1);
        assert_eq!((byte_at(text, 0), byte_at(text, 99)), (0, text.len()));
    }

    #[test]
    fn accepting_replaces_what_was_typed_and_nothing_else() {
        let text = "👍 @mi and so on";
        let caret = "👍 @mi".len();
        let token = token(text, caret).unwrap();
        let change = accept(text, caret, &token, "@mira okafor ");
        assert_eq!(change, Change { from: 3, to: 7, text: "@mira okafor ".to_owned() });
        let change = accept("@mi", 3, &Token { start: 0, ..token }, "@mira ");
        assert_eq!((change.from, change.to), (0, 3));
    }

    fn person(n: u8, username: &str, name: &str, member: bool, wrote: Option<usize>) -> Candidate {
        let id = format!("00000000-0000-0000-0000-0000000000{n:02}").parse().unwrap();
        Candidate { id, username: username.into(), name: name.into(), member, wrote }
    }

    #[test]
    fn members_who_wrote_lately_come_first() {
        let known = vec![
            person(1, "ada", "Ada", false, None),
            person(2, "mira okafor", "Mira Okafor", true, None),
            person(3, "adam", "Adam", true, Some(2)),
            person(4, "bob", "Adolf Bob", true, Some(0)),
            person(5, "kim", "Kim Adams", true, Some(1)),
        ];
        let names = |query: &str| {
            people(query, known.clone()).into_iter().map(|who| who.username).collect::<Vec<_>>()
        };
        assert_eq!(names(""), ["bob", "kim", "adam", "mira okafor", "ada"]);
        assert_eq!(names("ad"), ["bob", "adam", "kim", "ada"]);
        assert_eq!(names("ada"), ["ada", "adam", "kim"], "one who is called just so");
        assert_eq!(names("oka"), ["mira okafor"]);
        assert_eq!(names("mira O"), ["mira okafor"]);
        assert_eq!(names("ada "), [""; 0], "the name is written, and more follows");
    }

    #[test]
    fn everyone_is_a_word_that_one_begins_to_write() {
        assert_eq!(everyone("").collect::<Vec<_>>(), ["channel", "here"]);
        assert_eq!(everyone("he").collect::<Vec<_>>(), ["here"]);
        assert_eq!(everyone("nel").count(), 0);
    }

    #[test]
    fn ones_own_rooms_come_before_public_ones() {
        let known = [("team", false), ("green tea", true), ("tea", false), ("teapots", true)];
        let known: Vec<_> = known.iter().map(|(name, mine)| ((*name).to_owned(), *mine)).collect();
        let mut twice = known.clone();
        twice.push(("teapots".to_owned(), false));
        let found: Vec<_> = rooms("tea", twice).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["tea", "teapots", "green tea", "team"]);
    }
}
