//! Looking a database over, in one snapshot beside whoever writes to it. What is in the journal counts
//! as if it were in its place. Each check is a query for what must not be; the index of the search
//! has a file of its own (`index.rs`).

mod index;

use super::audit;
use super::copying::{self, Counts};
use super::{connect, schema};
use crate::storage::OpenError;
use crate::storage::checking::Findings;
use crate::storage::files::{Hash, hex};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the database speaks of.
#[derive(Debug)]
pub(in crate::storage) struct Held {
    pub counts: Counts,
    /// The files that uploads hold, and their sizes.
    pub blobs: BTreeMap<Hash, u64>,
    /// Files that are to be removed.
    pub freed: BTreeSet<Hash>,
    /// The pictures that messages show.
    pub pictures: BTreeSet<String>,
}

const REPORT: &str = "stop the server, keep a copy of the directory, and restore the last good backup; \
                      please report it";
const REBUILD: &str = "stop the server, run `hubbub check --rebuild-search`, and start it again";

/// What must not be: the kind of finding, and a query for sentences.
const NEVER: &[(&str, &str)] = &[
    (
        "gap in a log",
        "WITH places AS (SELECT pos FROM messages UNION SELECT pos FROM events
                         UNION SELECT pos FROM journal),
              logs AS (SELECT c.no, c.swept_seq, count(*) AS held, min(pos & 4294967295) AS first,
                              max(pos & 4294967295) AS last FROM places
                       JOIN channels c ON c.no = pos >> 32 AND pos & 4294967295 > c.swept_seq
                       GROUP BY 1)
         SELECT 'channel ' || no || ' holds ' || held || ' places between ' || first || ' and ' || last
         FROM logs WHERE first <> swept_seq + 1 OR last - first + 1 <> held",
    ),
    (
        "wrong head",
        "WITH places AS (SELECT pos FROM messages UNION SELECT pos FROM events
                         UNION SELECT pos FROM journal),
              logs AS (SELECT pos >> 32 AS no, max(pos & 4294967295) AS last,
                              max(pos & 4294967295) FILTER (WHERE pos NOT IN
                                  (SELECT pos FROM journal)) AS placed
                       FROM places GROUP BY 1)
         SELECT 'channel ' || c.no || ' says ' || c.head_seq || ', its log ends at '
                || coalesce(l.last, 0)
         FROM channels c LEFT JOIN logs l ON l.no = c.no
         WHERE c.head_seq > max(coalesce(l.last, 0), c.swept_seq) OR c.head_seq < coalesce(l.placed, 0)",
    ),
    (
        "two in one place",
        "SELECT 'channel ' || (pos >> 32) || ' has a message and another event at '
                || (pos & 4294967295) FROM messages WHERE pos IN (SELECT pos FROM events)",
    ),
    (
        "log without a channel",
        "SELECT DISTINCT 'there is no channel ' || (pos >> 32) FROM (SELECT pos FROM messages
                UNION ALL SELECT pos FROM events UNION ALL SELECT pos FROM journal)
         WHERE pos >> 32 NOT IN (SELECT no FROM channels)",
    ),
    (
        "change of nothing",
        "SELECT 'channel ' || (e.pos >> 32) || ', place ' || (e.pos & 4294967295)
                || ' changes a message that is not there'
         FROM events e JOIN channels c ON c.no = e.pos >> 32
         LEFT JOIN messages m ON m.pos = e.target
         WHERE e.kind <> 4 AND e.target & 4294967295 > c.swept_seq AND (m.pos IS NULL OR m.message_id IS NOT e.message_id)",
    ),
    (
        "read position",
        "SELECT 'somebody has read channel ' || m.channel_no || ' up to ' || m.read_seq
                || ', which ends at ' || c.head_seq
         FROM members m JOIN channels c ON c.no = m.channel_no WHERE m.read_seq > c.head_seq",
    ),
    (
        "mention",
        "SELECT 'channel ' || (n.pos >> 32) || ', place ' || (n.pos & 4294967295)
                || ' mentions somebody and is no message, or deleted'
         FROM mentions n LEFT JOIN messages m ON m.pos = n.pos
         WHERE (m.pos IS NULL OR m.deleted_at IS NOT NULL)
           AND n.pos NOT IN (SELECT pos FROM journal)",
    ),
    (
        "thread",
        "SELECT 'channel ' || (root >> 32) || ', place ' || (root & 4294967295) || ' has '
                || there || ' replies and says ' || coalesce(replies, 0)
         FROM (SELECT m.thread AS root, count(*) AS there, t.replies FROM messages m
               LEFT JOIN threads t ON t.root = m.thread
               WHERE m.thread IS NOT NULL AND m.deleted_at IS NULL GROUP BY m.thread
               UNION ALL SELECT t.root, 0, t.replies FROM threads t WHERE t.root NOT IN
                   (SELECT thread FROM messages WHERE thread IS NOT NULL AND deleted_at IS NULL))
         WHERE there IS NOT replies",
    ),
    (
        "thread without a beginning",
        "SELECT 'channel ' || (thread >> 32) || ', place ' || (pos & 4294967295)
                || ' stands in a thread that is not there'
         FROM messages WHERE thread IS NOT NULL AND thread NOT IN (SELECT pos FROM messages)",
    ),
    (
        "beside no message",
        "SELECT what || ' of channel ' || (pos >> 32) || ', place ' || (pos & 4294967295)
         FROM (SELECT 'a reaction' AS what, pos FROM reactions UNION SELECT 'a bookmark', pos
               FROM bookmarks UNION SELECT 'a picture', pos FROM pictures UNION
               SELECT 'an upload', pos FROM uploads WHERE pos IS NOT NULL UNION
               SELECT 'a thread', root FROM threads)
         WHERE pos NOT IN (SELECT pos FROM messages)",
    ),
    (
        "count of a file",
        "SELECT 'file ' || lower(hex(b.hash)) || ' says ' || b.refs || ' and is held '
                || coalesce(h.held, 0) || ' times'
         FROM blobs b LEFT JOIN (SELECT hash, count(*) AS held FROM (
             SELECT hash FROM uploads UNION ALL SELECT small FROM uploads WHERE small IS NOT NULL
             UNION ALL SELECT large FROM uploads WHERE large IS NOT NULL) GROUP BY hash) h
             ON h.hash = b.hash
         WHERE b.refs <> coalesce(h.held, 0)",
    ),
    (
        "search",
        "SELECT 'channel ' || (m.pos >> 32) || ', place ' || (m.pos & 4294967295)
                || ' can''t be found by searching'
         FROM messages m WHERE m.deleted_at IS NULL AND m.pos NOT IN (SELECT pos FROM search_docs)",
    ),
    (
        "search",
        "SELECT 'searching finds channel ' || (pos >> 32) || ', place ' || (pos & 4294967295)
                || ', which is no message, or deleted'
         FROM search_docs WHERE pos NOT IN (SELECT pos FROM messages WHERE deleted_at IS NULL)",
    ),
];

/// Looks a database over.
pub(in crate::storage) fn check_database(
    path: &Path,
    findings: &mut Findings,
) -> Result<Held, OpenError> {
    let db = connect(path, true)?;
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > schema::SCHEMA {
        return Err(OpenError::Newer(version, schema::SCHEMA as usize));
    }
    if version < schema::SCHEMA {
        return Err(OpenError::Older(version));
    }
    let tx = db.unchecked_transaction()?;
    each(&tx, "SELECT * FROM pragma_integrity_check", |what| {
        if what != "ok" {
            findings.add("database", what, REPORT);
        }
    })?;
    each(
        &tx,
        "SELECT 'a row of ' || \"table\" || ' speaks of ' || parent || ', which has none such'
         FROM pragma_foreign_key_check",
        |what| findings.add("reference", what, REPORT),
    )?;
    for (of, query) in NEVER {
        let todo = if *of == "search" { REBUILD } else { REPORT };
        each(&tx, query, |what| findings.add(of, what, todo))?;
    }
    index::check(&tx, findings)?;
    if let Some(no) = audit::broken(&tx)? {
        findings.add(
            "audit log",
            format!("line {no} is not what was written down: its digest does not follow"),
            "somebody changed the log, or the disk did; compare it with a backup",
        );
    }
    let mut query = tx.prepare("SELECT hash, size, refs FROM blobs")?;
    let (mut blobs, mut freed) = (BTreeMap::new(), BTreeSet::new());
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (hash, size): (Hash, i64) = (row.get(0)?, row.get(1)?);
        if row.get::<_, i64>(2)? > 0 {
            blobs.insert(hash, size.cast_unsigned());
        } else {
            freed.insert(hash);
        }
    }
    let about = copying::about(&tx, version)?;
    for hash in about.blobs.iter().filter(|hash| !blobs.contains_key(*hash)) {
        findings.add("reference", format!("no file {}", hex(hash)), REPORT);
    }
    Ok(Held { counts: about.counts, blobs, freed, pictures: about.pictures })
}

fn each(db: &Connection, sql: &str, mut found: impl FnMut(String)) -> rusqlite::Result<()> {
    let mut query = db.prepare(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        found(row.get(0)?);
    }
    Ok(())
}
