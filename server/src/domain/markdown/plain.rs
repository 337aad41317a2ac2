//! Whether a text is nothing but itself: told from its bytes alone, without parsing, since that is
//! what almost every message is. When in doubt it says no, and the parser decides.

/// Bytes that may mean something wherever they stand, or with what stands beside them.
const TELLING: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\n\r\t\0*_`[<&\\~:.@#";
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
};

/// Whether rendering the text would surely only repeat it.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    !begins_block(bytes)
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| !TELLING[usize::from(*byte)] || is_harmless(bytes, at, *byte))
}

/// Whether a telling byte means nothing where it stands.
fn is_harmless(bytes: &[u8], at: usize, byte: u8) -> bool {
    let before = at.checked_sub(1).map(|at| bytes[at]);
    let after = bytes.get(at + 1).copied();
    let in_word = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
    match byte {
        b'_' => in_word(before) && in_word(after),
        b':' => !bytes[at..].starts_with(b"://"),
        b'.' => at < 3 || !bytes[at - 3..at].eq_ignore_ascii_case(b"www"),
        b'@' => after.is_none_or(|b| b == b' '),
        b'#' => in_word(before) || after.is_none_or(|b| b == b' '),
        b'&' => after.is_none_or(|b| b == b' '),
        b'<' => after.is_none_or(|b| b == b' ' || b.is_ascii_digit()),
        _ => false,
    }
}

/// Whether a text of one line may begin a heading, a quotation, a list or an indented block.
fn begins_block(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(b' ' | b'#' | b'>' | b'-' | b'+' | b'=') => true,
        Some(b'0'..=b'9') => {
            let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            matches!(bytes.get(digits), Some(b'.' | b')'))
                && bytes.get(digits + 1).is_none_or(|b| *b == b' ')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_mostly_write_is_plain() {
        for text in [
            "hello",
            "at 10:30, ok? (yes!) it's 3.5 % of snake_case…",
            "愛子さん、こんにちは 😀",
            "2026 was | good = fine",
            "3.5 is not a list",
            "C# and F# for 5 < 6 & more @ home",
            "",
        ] {
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_more_is_left_to_the_parser() {
        for text in [
            "*a*",
            "a\nb",
            "_a_",
            "`a`",
            "~a~",
            "# a",
            "> a",
            "- a",
            "+ a",
            "1. a",
            "1) a",
            "1.",
            "    a",
            "http://a",
            "see WWW.a.b",
            "@ada",
            "(@ada)",
            "é@ada",
            "#ops",
            "a@b.c",
            "&lt;",
            "\\*",
            "<a",
            "[a]",
            "---",
            "é#ops",
            "a_ b_",
        ] {
            assert!(!is_plain(text), "{text}");
        }
    }
}
