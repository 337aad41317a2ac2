//! Whom messages mention, so that a reader's `mentions` can be counted from an index. Which names a
//! text holds is found before (`domain/mention.rs`); who of them may read it is decided here, in the
//! transaction that stores it.

use super::rows::{ChannelNo, Id};
use crate::domain::mention::Mentioned;
use rusqlite::Connection;
use shared::UserId;
use uuid::Uuid;

/// In the place of a user: every member of the channel.
const EVERYONE: Id = Id(Uuid::nil());

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

/// Notes whom a message mentions: members of its channel, its author aside.
pub(super) fn note_mentions(
    db: &Connection,
    (no, pos): (ChannelNo, i64),
    author: UserId,
    mentioned: &Mentioned,
) -> rusqlite::Result<()> {
    if mentioned.is_empty() {
        return Ok(());
    }
    let mut note = db.prepare_cached("INSERT OR IGNORE INTO mentions VALUES (?1, ?2)")?;
    if mentioned.channel {
        note.execute((EVERYONE, pos))?;
    }
    let named = mentioned.users.iter().chain(&mentioned.online);
    for user in named.filter(|user| **user != author) {
        if is_member(db, no, *user)? {
            note.execute((Id::from(*user), pos))?;
        }
    }
    Ok(())
}

/// Whether a user is a member of a channel.
pub(super) fn is_member(db: &Connection, no: ChannelNo, user: UserId) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM members WHERE channel_no = ?1 AND user_id = ?2")?
        .exists((no.0, Id::from(user)))
}

/// Forgets whom a message mentions.
pub(super) fn forget_mentions(db: &Connection, pos: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM mentions WHERE pos = ?1")?.execute([pos]).map(drop)
}
