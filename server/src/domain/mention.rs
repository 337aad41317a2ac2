//! Where a text may mention someone: `@` at the start of a word, and the names that may follow it.

use shared::UserId;
use shared::limits::MENTIONS_MAX;

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
    let begins_word = |at: &usize| {
        text[..*at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '@')
    };
    let places = text.match_indices('@').map(|(at, _)| at).filter(begins_word);
    places.take(MENTIONS_MAX).map(|at| names(&text[at + 1..]))
}

fn names(rest: &str) -> Vec<&str> {
    let line = rest.lines().next().unwrap_or_default();
    let mut found = Vec::new();
    let mut ends = line.match_indices(' ').map(|(at, _)| at).take(WORDS_MAX).collect::<Vec<_>>();
    if ends.len() < WORDS_MAX {
        ends.push(line.len());
    }
    for end in ends.into_iter().rev() {
        let whole = &line[..end];
        let bare = whole.trim_end_matches(|c: char| !c.is_alphanumeric());
        if whole.starts_with(char::is_alphanumeric) && !bare.is_empty() {
            if bare.len() < whole.len() {
                found.push(whole);
            }
            found.push(bare);
        }
    }
    found
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
    fn an_address_is_no_mention() {
        assert_eq!(candidates("ada@example.org and @@ and a@b").flatten().count(), 0);
        assert_eq!(candidates("(@ada) @bob").count(), 2);
    }

    #[test]
    fn mentions_are_bounded() {
        assert_eq!(candidates(&"@a ".repeat(1000)).count(), MENTIONS_MAX);
    }
}
