//! What can be told from a text alone: its start, whom it mentions, whether it is emoji and
//! nothing else.

/// Most characters of an excerpt.
const EXCERPT_MAX_CHARS: usize = 160;

/// The start of a text on one line.
pub fn excerpt(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.chars().count() > EXCERPT_MAX_CHARS {
            out = out.chars().take(EXCERPT_MAX_CHARS).collect();
            out.push('…');
            break;
        }
    }
    out
}

/// Whether the text mentions one of the names with an `@` before it, as a word of its own.
pub fn mentions(text: &str, names: &[&str]) -> bool {
    if !text.contains('@') {
        return false;
    }
    let text = text.to_lowercase();
    names.iter().filter(|name| !name.is_empty()).any(|name| {
        let name = ["@", &name.to_lowercase()].concat();
        text.match_indices(&name).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    })
}

/// Whether a text is one to three emoji and nothing else: it is drawn large.
pub fn is_jumbo(text: &str) -> bool {
    let mut shown = 0;
    let mut joined = false;
    for c in text.chars().filter(|c| *c != ' ') {
        match c {
            '\u{200d}' => joined = true,
            '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' => {}
            '\u{1f1e6}'..='\u{1f1ff}' => shown += 1, // flags are two of these
            '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{1f300}'..='\u{1faff}' => {
                shown += if joined { 0 } else { 2 };
                joined = false;
            }
            _ => return false,
        }
    }
    (1..=6).contains(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_whole_word() {
        assert!(mentions("hello @Ada!", &["ada"]));
        assert!(!mentions("hello @adam", &["ada"]));
        assert!(!mentions("mail@ada", &["ada"]));
        assert!(mentions("@Elif Baran, look", &["elif", "Elif Baran"]));
    }

    #[test]
    fn a_few_emoji_are_large_and_text_is_not() {
        for text in ["😀", "🎉🎉", "👩‍👩‍👧‍👦", "🇯🇵", "👍🏽 ❤️"]
        {
            assert!(is_jumbo(text), "{text}");
        }
        for text in ["", " ", "😀😀😀😀", "ok 😀", "1"] {
            assert!(!is_jumbo(text), "{text}");
        }
    }

    #[test]
    fn an_excerpt_is_one_bounded_line() {
        assert_eq!(excerpt("a\n\n b"), "a b");
        assert_eq!(excerpt(&"é".repeat(500)).chars().count(), EXCERPT_MAX_CHARS + 1);
    }
}
