//! What is asked of the index, in its own language. Only whole words of our own making go into it,
//! each in quotation marks, so that nothing a person writes is ever syntax.

use crate::domain::search::words::Pattern;
use rusqlite::Connection;

/// Words that one beginning may stand for, up to which each is looked for by itself. That gives hits
/// from the newest on, one by one; looking for a beginning as such first collects them all.
const ENDINGS_MAX: usize = 32;

/// How a pattern is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sought {
    /// By an expression that says all.
    Exactly(String),
    /// It begins more words than are looked for one by one: by an expression that finds too much, if
    /// there is any, with a look at each text; or by one that says all and is slow.
    Roughly { rough: Option<String>, slow: String },
    /// No text holds it.
    Nowhere,
}

/// How to look for a pattern that is wanted.
pub(super) fn sought(db: &Connection, pattern: &Pattern) -> rusqlite::Result<Sought> {
    if !pattern.prefix {
        return Ok(Sought::Exactly(phrase(&pattern.words)));
    }
    let Some((beginning, before)) = pattern.words.split_last() else { return Ok(Sought::Nowhere) };
    let Some(endings) = words_with(db, beginning)? else {
        let rough = (!before.is_empty()).then(|| phrase(before));
        return Ok(Sought::Roughly { rough, slow: exact(pattern) });
    };
    let phrases: Vec<String> =
        endings.into_iter().map(|ending| phrase(&[before, &[ending]].concat())).collect();
    Ok(if phrases.is_empty() { Sought::Nowhere } else { Sought::Exactly(any(&phrases)) })
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
