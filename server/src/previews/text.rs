//! Text that a stranger's page says of itself, made fit to stand beside what people write: one
//! line, without characters that hide or turn others around, and of a bounded length. It stays
//! text: nothing here knows of HTML.

/// The text on one line, with at most `max_chars` characters; a longer one ends in `…`. None if
/// nothing is left of it.
pub(super) fn clean(text: &str, max_chars: usize) -> Option<String> {
    let mut out = String::new();
    let (mut chars, mut gap) = (0, false);
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if hidden(c) {
            continue;
        }
        if gap && chars > 0 {
            out.push(' ');
            chars += 1;
        }
        gap = false;
        out.push(c);
        chars += 1;
        if chars > max_chars {
            return Some(cut(&out, max_chars));
        }
    }
    let drawn = out.chars().any(|c| !joiner(c) && c != ' ');
    drawn.then_some(out)
}

fn cut(text: &str, max_chars: usize) -> String {
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    let mut kept = kept.trim_end_matches(|c| c == ' ' || joiner(c)).to_owned();
    kept.push('…');
    kept
}

/// What holds emoji together and what shapes Persian and Indic words: kept within a text.
fn joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}')
}

/// What draws nothing, or turns around what stands next to it: control characters, direction
/// marks, embeddings, overrides and isolates, fillers, tags and private notes.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_folded_and_nothing_is_left_of_blanks_alone() {
        assert_eq!(clean(" \n a\t\u{a0}\u{3000}b  \r\n", 80).as_deref(), Some("a b"));
        for blank in ["", " \n\t", "\u{200b}\u{feff}", "\u{200d}", "\u{202e} \u{2069}"] {
            assert_eq!(clean(blank, 80), None, "{blank:?}");
        }
    }

    #[test]
    fn characters_that_hide_or_turn_others_around_are_dropped() {
        assert_eq!(clean("\u{202e}evil\u{202c}\u{2066}!\u{2069}", 80).as_deref(), Some("evil!"));
        assert_eq!(clean("a\u{0}b\u{7}c\u{1b}[31m\u{9b}", 80).as_deref(), Some("abc[31m"));
        assert_eq!(clean("so\u{ad}ft\u{e0041}", 80).as_deref(), Some("soft"));
        assert_eq!(clean("👩‍👩‍👧 می‌خواهم ❤️", 80).as_deref(), Some("👩‍👩‍👧 می‌خواهم ❤️"));
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        assert_eq!(clean(&"é".repeat(80), 80).map(|text| text.chars().count()), Some(80));
        let cut = clean(&"é".repeat(81), 80).unwrap();
        assert_eq!((cut.chars().count(), cut.ends_with("é…")), (80, true));
        assert_eq!(clean("word word", 6).as_deref(), Some("word…"));
        assert_eq!(clean(&"a ".repeat(1_000_000), 200).unwrap().chars().count(), 200);
    }
}
