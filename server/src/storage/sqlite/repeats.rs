//! Files of messages that are forwarded: the same files, held once more.

use super::rows::{Failure, Id};
use super::uploads::{between, held, over_quota};
use crate::error::Result;
use rusqlite::Connection;
use shared::limits::UPLOADS_PER_USER_MAX_BYTES;
use shared::{Attachment, Timestamp, UploadId, UserId};

/// The message in the second place repeats what that in the first carries: the same files, under new
/// ids, held by who repeats it.
///
/// # Errors
/// `conflict` when they would hold more than one user may.
pub(super) fn repeat(
    db: &Connection,
    (from, to): (i64, i64),
    user: UserId,
    ids: &[UploadId],
    at: Timestamp,
) -> Result<Vec<Attachment>, Failure> {
    let mut query = db
        .prepare_cached("SELECT upload_id, stored FROM uploads WHERE pos = ?1 ORDER BY position")?;
    let rows = query.query_map([from], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let there = rows.collect::<rusqlite::Result<Vec<(Id, i64)>>>()?;
    let bytes: i64 = there.iter().map(|(_, stored)| stored).sum();
    if bytes > 0
        && held(db, user)?.saturating_add(bytes.cast_unsigned()) > UPLOADS_PER_USER_MAX_BYTES
    {
        return Err(over_quota().into());
    }
    for ((upload, _), new) in there.iter().zip(ids) {
        for held in ["hash", "small", "large"] {
            let sql = format!(
                "UPDATE blobs SET refs = refs + 1
                 WHERE hash = (SELECT {held} FROM uploads WHERE upload_id = ?1)"
            );
            db.prepare_cached(&sql)?.execute([upload])?;
        }
        db.prepare_cached(
            "INSERT INTO uploads (upload_id, user_id, filename, content_type, kind, hash, small,
                    large, size, stored, width, height, created_at, part, pos, position)
             SELECT ?2, ?3, filename, content_type, kind, hash, small,
                    large, size, stored, width, height, ?4, part, ?5, position
             FROM uploads WHERE upload_id = ?1",
        )?
        .execute((upload, Id::from(*new), Id::from(user), at.0, to))?;
    }
    Ok(between(db, to, to)?.remove(&to).unwrap_or_default())
}
