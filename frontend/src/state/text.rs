//! What can be told from a text alone: its start, whom it mentions, whether it is emoji and
//! nothing else.

use shared::UserId;

/// A text in small letters. The browser knows them all; Rust's tables would be ten kilobytes of the
/// page, and serve the tests alone.
#[cfg(target_arch = "wasm32")]
pub use crate::browser::letters::lower;

/// A text in small letters.
#[cfg(not(target_arch = "wasm32"))]
pub fn lower(text: &str) -> String {
    text.to_lowercase()
}

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

/// "1 reply", "2 replies".
pub fn count(number: u64, one: &str, many: &str) -> String {
    [number.to_string().as_str(), " ", if number == 1 { one } else { many }].concat()
}

/// Whether a message's rendering mentions the user, or everyone. What looks like that and was
/// written by a person is escaped there.
pub fn mentions(html: &str, me: UserId) -> bool {
    html.contains("data-mention=\"")
        || html.contains(&["data-user-id=\"", &me.to_string(), "\""].concat())
}

/// The server's HTML with its links as plain words, to stand within a link itself. What looks like
/// one and was written by a person is escaped there.
pub fn unlinked(html: &str) -> String {
    html.replace("<a ", "<span ").replace("</a>", "</span>")
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
    fn a_mention_is_told_from_the_rendering() {
        let ada: UserId = "00000000-0000-0000-0000-000000000001".parse().unwrap();
        let chip =
            |id: &str| ["<p><a class=\"mention\" data-user-id=\"", id, "\">@x</a></p>"].concat();
        assert!(mentions(&chip("00000000-0000-0000-0000-000000000001"), ada));
        assert!(!mentions(&chip("00000000-0000-0000-0000-000000000002"), ada));
        assert!(mentions("<b class=\"mention all\" data-mention=\"here\">@here</b>", ada));
        assert!(!mentions("<p>data-mention=&quot;here&quot;</p>", ada));
    }

    #[test]
    fn links_become_words_with_their_looks() {
        let html = "<p><a class=\"mention\" href=\"/x\">@ada</a> <abbr>a</abbr> &lt;a &gt;</p>";
        let plain =
            "<p><span class=\"mention\" href=\"/x\">@ada</span> <abbr>a</abbr> &lt;a &gt;</p>";
        assert_eq!(unlinked(html), plain);
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
    fn one_is_told_from_many() {
        assert_eq!(count(1, "reply", "replies"), "1 reply");
        assert_eq!(count(0, "reply", "replies"), "0 replies");
    }

    #[test]
    fn an_excerpt_is_one_bounded_line() {
        assert_eq!(excerpt("a\n\n b"), "a b");
        assert_eq!(excerpt(&"é".repeat(500)).chars().count(), EXCERPT_MAX_CHARS + 1);
    }
}
