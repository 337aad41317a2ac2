//! Which members a text mentions, so that a reader's `mentions` can be counted from an index.

use super::rows::{ChannelNo, Id};
use crate::domain::identity::name_key;
use crate::domain::mention::candidates;
use rusqlite::{Connection, OptionalExtension as _};

/// Counts the unread messages of channel `c` that mention `:user`, or everyone, from the first place
/// on that member `m` has not read.
macro_rules! unread_mentions {
    () => {
        "(SELECT count(*) FROM (
            SELECT n.pos FROM mentions n WHERE n.user_id = :user
                AND n.pos > (c.no << 32 | coalesce(m.read_seq, c.head_seq))
                AND n.pos <= (c.no << 32 | c.head_seq)
            UNION SELECT n.pos FROM mentions n WHERE n.user_id = zeroblob(16)
                AND n.pos > (c.no << 32 | coalesce(m.read_seq, c.head_seq))
                AND n.pos <= (c.no << 32 | c.head_seq))) AS mentions"
    };
}
pub(super) use unread_mentions;

/// Notes the members that a message mentions, its author aside, instead of those it did before.
pub(super) fn note_mentions(
    db: &Connection,
    no: ChannelNo,
    pos: i64,
    author: Id,
    text: &str,
) -> rusqlite::Result<()> {
    let mut member = db.prepare_cached(
        "SELECT m.user_id FROM users u JOIN members m ON m.user_id = u.user_id
         WHERE u.name_key = ?1 AND m.channel_no = ?2",
    )?;
    let mut note = db.prepare_cached("INSERT OR IGNORE INTO mentions VALUES (?1, ?2)")?;
    for names in candidates(text) {
        for name in names {
            let found: Option<Id> =
                member.query_row((name_key(name), no.0), |row| row.get(0)).optional()?;
            if let Some(user) = found {
                if user != author {
                    note.execute((user, pos))?;
                }
                break;
            }
        }
    }
    Ok(())
}

/// Forgets whom a message mentions.
pub(super) fn forget_mentions(db: &Connection, pos: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM mentions WHERE pos = ?1")?.execute([pos]).map(drop)
}
