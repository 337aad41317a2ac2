//! Code: the element of a block, and its language.

use super::escape;

/// Lines from which the page may fold a block of code.
const LONG_LINES: usize = 20;
/// Longest name of a language that is shown, in bytes.
const LANG_MAX_BYTES: usize = 24;

/// Writes a block of code, with the word behind its fence.
pub(super) fn block(out: &mut String, word: &str, code: &str) {
    let code = code.strip_suffix('\n').unwrap_or(code);
    out.push_str("<pre class=\"code\"");
    if let Some(lang) = lang(word) {
        escape::pair(out, "data-lang", &lang);
    }
    let lines = code.bytes().filter(|b| *b == b'\n').count() + 1;
    if lines > LONG_LINES {
        escape::pair(out, "data-lines", &lines.to_string());
    }
    out.push_str("><code>");
    escape::text(out, code);
    out.push_str("</code></pre>");
}

/// The word behind a fence as the name of a language, if it can be one.
fn lang(word: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
    let word = word.split(['{', ',', ':']).next().unwrap_or_default();
    let named = !word.is_empty() && word.len() <= LANG_MAX_BYTES && word.chars().all(fits);
    named.then(|| word.to_ascii_lowercase())
}
