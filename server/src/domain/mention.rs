//! Where a text may mention someone or somewhere: `@` or `#` at the start of a word, and the names
//! that may follow it. What is code or a link is told apart in `markdown`.

use shared::UserId;
use shared::limits::CHANNEL_NAME_MAX_CHARS;
pub use shared::limits::MENTIONS_MAX;

/// Most characters after an `@` or `#` that are looked at: those of a channel's name, and what may
/// follow it.
const NAME_MAX_CHARS: usize = CHANNEL_NAME_MAX_CHARS + 2;
/// Most words of a name.
const WORDS_MAX: usize = 4;

/// Whom a text mentions. Which of them are members of its channel is not known yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// Users by their names, each once.
    pub users: Vec<UserId>,
    /// Every member: `@channel`.
    pub channel: bool,
    /// Every member who is online: `@here`.
    pub here: bool,
    /// Who is online now, if that matters.
    pub online: Vec<UserId>,
}

impl Mentioned {
    /// Whether it mentions nobody.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && !self.channel && !self.here
    }
}

/// For each `@` that begins a word, the texts after it that may be a name, the longest first:
/// up to four words, with and without the punctuation that ends them.
pub fn candidates(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let places = text.match_indices('@').map(|(at, _)| at).filter(|at| begins_word(text, *at));
    places.take(MENTIONS_MAX).map(|at| names(&text[at + 1..]))
}

/// Whether the `@` or `#` at this place begins a word: what stands before it is neither a letter, a
/// digit nor another of them.
pub fn begins_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    before.is_none_or(|c| !c.is_alphanumeric() && c != '@' && c != '#')
}

/// The texts at the start of this one that may be a name, the longest first: up to four words, with
/// and without the punctuation that ends them, and the last word up to what can't stand in most
/// names (`ada` of `ada's`).
pub fn names(rest: &str) -> Vec<&str> {
    // A name has 80 characters at the most; what is further away is not looked through.
    let near = rest.char_indices().nth(NAME_MAX_CHARS).map_or(rest.len(), |(at, _)| at);
    let line = rest[..near].lines().next().unwrap_or_default();
    let mut found = Vec::new();
    let mut ends = line.match_indices(' ').map(|(at, _)| at).take(WORDS_MAX).collect::<Vec<_>>();
    if ends.len() < WORDS_MAX {
        ends.push(line.len());
    }
    for end in ends.into_iter().rev() {
        let whole = &line[..end];
        let bare = whole.trim_end_matches(|c: char| !c.is_alphanumeric());
        let bare = if bare.is_empty() { whole } else { bare };
        if !whole.starts_with(|c: char| c.is_alphanumeric() || !c.is_ascii()) {
            continue;
        }
        if bare.len() < whole.len() {
            found.push(whole);
        }
        found.push(bare);
        let last = bare.rfind(' ').map_or(0, |at| at + 1);
        let ends = |c: char| !c.is_alphanumeric() && !"-_.".contains(c);
        // Only ASCII and fullwidth punctuation parts words; marks and emoji belong to them.
        let cut = bare[last..].find(|c: char| ends(c) && (c.is_ascii() || is_wide_mark(c)));
        if let Some(cut) = cut.filter(|cut| *cut > 0) {
            found.push(bare[..last + cut].trim_end_matches(['-', '_', '.']));
        }
    }
    found
}

/// Punctuation that is written without blanks around it.
fn is_wide_mark(c: char) -> bool {
    matches!(c, '’' | '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{ff01}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_and_more_words_are_offered_longest_first() {
        let found: Vec<_> = candidates("hi @Mira Okafor, ok").collect();
        assert_eq!(found, [["Mira Okafor, ok", "Mira Okafor,", "Mira Okafor", "Mira"]]);
    }

    #[test]
    fn a_name_ends_before_what_is_said_of_it() {
        assert_eq!(names("ada's turn"), ["ada's turn", "ada's", "ada"]);
        assert_eq!(names("愛子、来て"), ["愛子、来て", "愛子"]);
        assert_eq!(names("josé.m-2, no"), ["josé.m-2, no", "josé.m-2,", "josé.m-2"]);
        assert_eq!(names(" ada"), [""; 0]);
        assert!(names(&"x".repeat(10_000))[0].len() <= NAME_MAX_CHARS);
    }

    #[test]
    fn an_address_is_no_mention() {
        assert_eq!(candidates("ada@example.org and @@ and a@b").flatten().count(), 0);
        assert_eq!(candidates("(@ada) @bob").count(), 2);
    }

    #[test]
    fn mentions_are_bounded() {
        assert_eq!(candidates(&"@a ".repeat(1000)).count(), MENTIONS_MAX);
    }
}
