//! Indexing what is there already: after an update from a version without search, or with other
//! rules of what a word is. Before anything is served, in bounded steps, and on from the last one
//! after a crash.

use super::index::{Stored, enter};
use crate::domain::search::words;
use rusqlite::{Connection, OptionalExtension as _};

/// Messages that are indexed in one transaction.
const STEP: usize = 16_384;
/// The row of `meta` that tells by which rules the index was made.
const RULES: &str = "search_rules";
/// The row of `meta` that tells up to which place messages are indexed, while some are not.
const DONE: &str = "search_done";

/// Brings the index up to date with the rules and the messages.
pub(in super::super) fn complete(db: &Connection) -> rusqlite::Result<()> {
    let rules = words::VERSION.to_string();
    if note(db, RULES)?.as_deref() != Some(&rules) {
        let tx = db.unchecked_transaction()?;
        tx.execute_batch(
            "INSERT INTO search (search) VALUES ('delete-all'); DELETE FROM search_docs;",
        )?;
        set(&tx, RULES, &rules)?;
        set(&tx, DONE, &i64::MIN.to_string())?;
        tx.commit()?;
    }
    let Some(done) = note(db, DONE)? else { return Ok(()) };
    let mut done = done.parse().unwrap_or(i64::MIN);
    let all: i64 = db.query_row("SELECT count(*) FROM messages", [], |row| row.get(0))?;
    if all > 0 {
        tracing::info!(messages = all, "indexing messages for search");
    }
    while let Some(last) = step(db, done)? {
        done = last;
    }
    if all > 0 {
        tracing::info!("all messages are indexed");
    }
    Ok(())
}

/// Has everything indexed anew at the next start.
pub(in super::super) fn forget(db: &Connection) -> rusqlite::Result<()> {
    db.execute("DELETE FROM meta WHERE key = ?1", [RULES]).map(drop)
}

/// Indexes the next messages after a place; the last of them, or None at the end.
fn step(db: &Connection, after: i64) -> rusqlite::Result<Option<i64>> {
    let tx = db.unchecked_transaction()?;
    let mut query = tx.prepare_cached(
        "SELECT pos, user_id, sent_at, coalesce(edited, message), deleted_at IS NULL, flags
         FROM messages WHERE pos > ?1 ORDER BY pos LIMIT ?2",
    )?;
    let rows = query.query_map((after, STEP as i64), |row| {
        let (author, sent_at) = (row.get(1)?, row.get(2)?);
        let stored = Stored { author, sent_at, text: row.get(3)?, flags: row.get(5)? };
        Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(4)?, stored))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    drop(query);
    let last = rows.last().map(|(pos, ..)| *pos);
    let live = rows.iter().filter(|(_, live, _)| *live);
    let entries: Vec<_> = live.map(|(pos, _, stored)| stored.entry(*pos)).collect();
    enter(&tx, &entries)?;
    match last {
        Some(last) => set(&tx, DONE, &last.to_string())?,
        None => drop(tx.execute("DELETE FROM meta WHERE key = ?1", [DONE])?),
    }
    tx.commit()?;
    Ok(last)
}

fn note(db: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
}

fn set(db: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
    db.execute(sql, (key, value)).map(drop)
}
