//! Code as an element: a block of a message, or a file that is shown beside one. Its colours are in
//! `highlight`.

use super::{escape, highlight};

/// Lines from which the page may fold a block of code.
const LONG_LINES: usize = 20;
/// Longest name of a language that is shown, in bytes.
const LANG_MAX_BYTES: usize = 24;
/// Most bytes of a file that are shown; a longer one ends with the last whole line before.
pub const FILE_SHOWN_MAX_BYTES: usize = 64 * 1024;

/// A text file as a block of code, in the colours of the language that its name tells. At most
/// [`FILE_SHOWN_MAX_BYTES`] of it; the block of a longer file says so with `data-cut="true"`.
pub fn highlight_file(filename: &str, text: &str) -> String {
    let shown = &text[..shown_bytes(text)];
    let mut out = String::with_capacity(shown.len() * 2 + 64);
    element(&mut out, highlight::of_file(filename), shown, shown.len() < text.len());
    out
}

fn shown_bytes(text: &str) -> usize {
    if text.len() <= FILE_SHOWN_MAX_BYTES {
        return text.len();
    }
    let end = text.floor_char_boundary(FILE_SHOWN_MAX_BYTES);
    text[..end].rfind('\n').map_or(end, |line| line + 1)
}

/// Writes a block of code of a message, with the word behind its fence.
pub(super) fn block(out: &mut String, word: &str, code: &str) {
    let named = lang(word);
    let known = named.as_deref().and_then(highlight::canonical);
    element(out, known.or(named.as_deref()), code, false);
}

fn element(out: &mut String, lang: Option<&str>, code: &str, cut: bool) {
    let code = code.strip_suffix('\n').unwrap_or(code);
    out.push_str("<pre class=\"code\"");
    if let Some(lang) = lang {
        escape::pair(out, "data-lang", lang);
    }
    let lines = code.bytes().filter(|b| *b == b'\n').count() + 1;
    if lines > LONG_LINES {
        escape::pair(out, "data-lines", &lines.to_string());
    }
    if cut {
        escape::pair(out, "data-cut", "true");
    }
    out.push_str("><code>");
    highlight::write(out, lang, code);
    out.push_str("</code></pre>");
}

/// The word behind a fence as the name of a language, if it can be one.
fn lang(word: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
    let word = word.split(['{', ',', ':']).next().unwrap_or_default();
    let named = !word.is_empty() && word.len() <= LANG_MAX_BYTES && word.chars().all(fits);
    named.then(|| word.to_ascii_lowercase())
}
