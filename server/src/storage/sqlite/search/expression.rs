//! What is asked of the index, in its own language. Only whole words of our own making go into it,
//! each in quotation marks, so that nothing a person writes is ever syntax.

use crate::domain::search::words::Pattern;
use rusqlite::Connection;

/// Words that one beginning may stand for, up to which each is looked for by itself. That gives hits
/// from the newest on, one by one; looking for a beginning as such first collects them all.
const ENDINGS_MAX: usize = 64;

/// What a pattern whose last word is only begun comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Begun {
    /// The patterns that it can stand for, as one expression.
    Few(String),
    /// More than are looked for one by one.
    Many,
    /// No text holds it.
    Nowhere,
}

/// What a pattern whose last word is only begun can stand for.
pub(super) fn begun(db: &Connection, pattern: &Pattern) -> rusqlite::Result<Begun> {
    let Some((beginning, before)) = pattern.words.split_last() else { return Ok(Begun::Nowhere) };
    let Some(endings) = words_with(db, beginning)? else { return Ok(Begun::Many) };
    let phrases: Vec<String> =
        endings.into_iter().map(|ending| phrase(&[before, &[ending]].concat())).collect();
    Ok(if phrases.is_empty() { Begun::Nowhere } else { Begun::Few(any(&phrases)) })
}

/// An expression that finds all that such a pattern does, and more; None for one that would find
/// everything.
pub(super) fn rough(pattern: &Pattern) -> Option<String> {
    let (_, before) = pattern.words.split_last()?;
    (!before.is_empty()).then(|| phrase(before))
}

/// The expression of a pattern, however slow.
pub(super) fn exact(pattern: &Pattern) -> String {
    format!("{}{}", phrase(&pattern.words), if pattern.prefix { " *" } else { "" })
}

/// These words in a row.
fn phrase(words: &[String]) -> String {
    format!("\"{}\"", words.join(" "))
}

/// Any of these; for none, what no message has.
pub(super) fn any<T: AsRef<str>>(expressions: &[T]) -> String {
    match expressions {
        [] => "\"#\"".to_owned(),
        _ => {
            let each: Vec<&str> = expressions.iter().map(AsRef::as_ref).collect();
            format!("({})", each.join(" OR "))
        }
    }
}

/// A term of ours as an expression.
pub(super) fn term(term: &str) -> String {
    format!("\"{term}\"")
}

/// The words of the index that begin so; None if they are too many.
fn words_with(db: &Connection, beginning: &str) -> rusqlite::Result<Option<Vec<String>>> {
    let mut next = db.prepare_cached("SELECT term FROM search_terms WHERE term >= ?1 LIMIT 1")?;
    let mut found: Vec<String> = Vec::new();
    let mut from = beginning.to_owned();
    loop {
        let mut rows = next.query([&from])?;
        let Some(row) = rows.next()? else { return Ok(Some(found)) };
        let word: String = row.get(0)?;
        if !word.starts_with(beginning) {
            return Ok(Some(found));
        }
        if found.len() == ENDINGS_MAX {
            return Ok(None);
        }
        // The least text after this word: no word holds such a character.
        from = format!("{word}\u{1}");
        found.push(word);
    }
}
