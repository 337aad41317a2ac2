//! Names of files, made safe to show, to keep and to put into a header: whatever they were.

use shared::limits::FILENAME_MAX_CHARS;
use unicode_normalization::UnicodeNormalization as _;

/// Longest extension that is kept when a name is cut, in characters.
const EXTENSION_MAX: usize = 16;
/// What a file is called whose name has nothing to keep.
const NAMELESS: &str = "file";

/// A name of 1 to 120 characters in NFC: the last part of a path, without control characters, what
/// changes the direction of writing or can't be seen, and what systems keep for themselves. A name
/// that is cut keeps its extension.
pub fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or("");
    let shown = last.chars().filter(|c| !hidden(*c)).map(|c| if reserved(c) { '_' } else { c });
    let shown: String = shown.nfc().collect();
    let shown = without_end(&shown).trim_start();
    if shown.is_empty() {
        return NAMELESS.to_owned();
    }
    cut(shown)
}

/// Blanks and dots at the end are dropped by some systems, and another name remains.
fn without_end(name: &str) -> &str {
    name.trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

/// Characters that are not to be seen, or change how others are.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Characters that mean something else in paths, headers and shells than themselves.
fn reserved(c: char) -> bool {
    matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

fn cut(name: &str) -> String {
    let length = name.chars().count();
    if length <= FILENAME_MAX_CHARS {
        return name.to_owned();
    }
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let extension = extension.filter(|it| (1..=EXTENSION_MAX).contains(&it.chars().count()));
    match extension {
        Some(extension) => {
            let stem = FILENAME_MAX_CHARS - 1 - extension.chars().count();
            let stem: String = name.chars().take(stem).collect();
            [without_end(&stem), extension].join(".")
        }
        None => {
            let start: String = name.chars().take(FILENAME_MAX_CHARS).collect();
            without_end(&start).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_made_safe_in_every_spelling() {
        for (given, safe_name) in [
            ("photo.jpg", "photo.jpg"),
            ("größe 日本語.txt", "größe 日本語.txt"),
            ("gro\u{308}\u{df}e.txt", "gr\u{f6}\u{df}e.txt"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\photo.jpg", "photo.jpg"),
            ("folder/", "folder"),
            ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
            ("invoice\u{202e}gpj.exe", "invoicegpj.exe"),
            ("zero\u{200b}width.png", "zerowidth.png"),
            ("<script>alert(1)</script>.png", "script_.png"),
            ("a\"b'c.png", "a_b'c.png"),
            ("  spaced  .txt  ", "spaced  .txt"),
            ("trailing...", "trailing"),
            (".bashrc", ".bashrc"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("///", "file"),
            ("\u{202e}\u{200f}", "file"),
            ("con?.txt", "con_.txt"),
        ] {
            assert_eq!(safe(given), safe_name, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_extension() {
        let long = format!("{}.tar.gz", "ä".repeat(500));
        let cut = safe(&long);
        assert_eq!(cut.chars().count(), FILENAME_MAX_CHARS);
        assert!(cut.ends_with("ä.gz"), "{cut}");
        assert_eq!(safe(&"x".repeat(500)).len(), FILENAME_MAX_CHARS);
        assert_eq!(safe(&format!("a.{}", "x".repeat(500))).len(), FILENAME_MAX_CHARS);
    }

    proptest! {
        #[test]
        fn whatever_it_was_it_is_safe_and_stays_so(name in "\\PC*|.*") {
            let once = safe(&name);
            prop_assert!((1..=FILENAME_MAX_CHARS).contains(&once.chars().count()));
            prop_assert!(!once.contains(['/', '\\', '"', '\0', '\n']) && !once.chars().any(hidden));
            prop_assert!(once != "." && once != "..");
            prop_assert_eq!(safe(&once), once);
        }
    }
}
