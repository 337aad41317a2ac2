//! Whether the index of the search holds what it would hold if it were made now: for each message the
//! same words in the same places. Of either side a sum is kept for each message, not the words.

use super::super::search;
use super::REBUILD;
use crate::storage::checking::Findings;
use rusqlite::Connection;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

fn of(term: &str, offset: i64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (term, offset).hash(&mut hasher);
    hasher.finish()
}

/// Says which messages are found by other words than they hold.
pub(super) fn check(db: &Connection, findings: &mut Findings) -> rusqlite::Result<()> {
    let mut sums: HashMap<i64, u64> = HashMap::new();
    let mut query = db.prepare("SELECT term, doc, offset FROM search_terms")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let term = row.get_ref(0)?.as_str()?;
        let sum = sums.entry(row.get(1)?).or_default();
        *sum = sum.wrapping_add(of(term, row.get(2)?));
    }
    let mut query = db.prepare("SELECT doc, pos FROM search_docs")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (doc, pos): (i64, i64) = (row.get(0)?, row.get(1)?);
        let found = sums.remove(&doc).unwrap_or_default();
        let Some(terms) = search::terms_at(db, pos)? else { continue };
        let terms = terms.split_ascii_whitespace();
        let wanted = terms.zip(0..).fold(0, |sum: u64, (term, n)| sum.wrapping_add(of(term, n)));
        if found != wanted {
            let (no, seq) = (pos >> 32, pos & i64::from(u32::MAX));
            let what = format!("channel {no}, place {seq} is found by other words than it holds");
            findings.add("search", what, REBUILD);
        }
    }
    for doc in sums.keys() {
        let what = format!("the index holds words of number {doc}, which is no message's");
        findings.add("search", what, REBUILD);
    }
    Ok(())
}
