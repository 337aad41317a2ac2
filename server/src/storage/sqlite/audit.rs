//! The audit log: lines that are added in the transaction of what they tell. What is told is said
//! in `domain::deed`.

use super::Storage;
use super::rows::{Failure, Id};
use super::writer::Tx;
use crate::domain::deed::{BEFORE_ALL, Deed, LineDigest};
use crate::error::Result;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row};
use shared::api::audit::{Act, AuditEntry};
use shared::{ChannelId, Timestamp, UserId};

impl Tx<'_> {
    /// Writes down what this transaction does.
    pub(super) fn audit(&self, deed: &Deed, at: Timestamp) -> rusqlite::Result<()> {
        audit(self.db, deed, at)
    }
}

/// Writes a deed down, in a transaction of the caller's.
pub(super) fn audit(db: &Connection, deed: &Deed, at: Timestamp) -> rusqlite::Result<()> {
    let last: Option<(i64, LineDigest)> = db
        .prepare_cached("SELECT no, digest FROM audit ORDER BY no DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (no, before) = last.map_or((1, BEFORE_ALL), |(no, digest)| (no + 1, digest));
    db.prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?
        .execute((
            no,
            at.0,
            deed.act.as_str(),
            deed.by.map(Id::from),
            deed.user.map(Id::from),
            deed.channel.map(Id::from),
            &deed.detail,
            deed.digest(before, no.cast_unsigned(), at),
        ))
        .map(drop)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let word: String = row.get("act")?;
    let act = Act::ALL.iter().find(|act| act.as_str() == word).copied().ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, word.as_str().into())
    })?;
    let digest: LineDigest = row.get("digest")?;
    Ok(AuditEntry {
        no: row.get::<_, i64>("no")?.cast_unsigned(),
        at: Timestamp(row.get("at")?),
        act,
        by: row.get::<_, Option<Id>>("by")?.map(UserId::from),
        user_id: row.get::<_, Option<Id>>("user_id")?.map(UserId::from),
        channel_id: row.get::<_, Option<Id>>("channel_id")?.map(ChannelId::from),
        detail: row.get("detail")?,
        digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// The first line whose digest does not follow from what is there; None if all do.
pub(super) fn broken(db: &Connection) -> rusqlite::Result<Option<u64>> {
    let mut query = db.prepare("SELECT * FROM audit ORDER BY no")?;
    let mut rows = query.query([])?;
    let (mut before, mut last) = (BEFORE_ALL, 0);
    while let Some(row) = rows.next()? {
        let digest: LineDigest = row.get("digest")?;
        // A word that is none of ours can't have been written by us.
        let Ok(line) = entry(row) else { return Ok(Some(last + 1)) };
        let AuditEntry { no, at, act, by, user_id: user, channel_id: channel, detail, .. } = line;
        let deed = Deed { act, by, user, channel, detail };
        if no != last + 1 || deed.digest(before, no, at) != digest {
            return Ok(Some(no));
        }
        (before, last) = (digest, no);
    }
    Ok(None)
}

impl Storage {
    /// Up to `limit` lines before line `before`, newest first; of one act, and with or by one user,
    /// if they are named.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn audit_log(
        &self,
        before: Option<u64>,
        limit: usize,
        act: Option<Act>,
        user: Option<UserId>,
    ) -> Result<Vec<AuditEntry>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT * FROM audit
                 WHERE no < ?1 AND (?3 IS NULL OR act = ?3)
                   AND (?4 IS NULL OR user_id = ?4 OR by = ?4)
                 ORDER BY no DESC LIMIT ?2",
            )?;
            let before = before.map_or(i64::MAX, |no| i64::try_from(no).unwrap_or(i64::MAX));
            let (act, user) = (act.map(Act::as_str), user.map(Id::from));
            let rows = query.query_map((before, limit as i64, act, user), entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }

    /// Up to `limit` lines after line `after`, oldest first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn audit_after(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query =
                db.prepare_cached("SELECT * FROM audit WHERE no > ?1 ORDER BY no LIMIT ?2")?;
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let rows = query.query_map((after, limit as i64), entry)?;
            Ok(rows.collect::<Result<_, _>>()?)
        };
        self.readers.read(find).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::Clock;
    use uuid::Uuid;

    fn log() -> Connection {
        let mut db = Connection::open_in_memory().unwrap();
        super::super::schema::migrate(&mut db, Clock::system()).unwrap();
        let ada = UserId(Uuid::from_u128(1));
        audit(&db, &Deed::new(Act::SignedUp, ada).with(ada), Timestamp(1)).unwrap();
        audit(&db, &Deed::of_operator(Act::Restored).saying("from a backup"), Timestamp(2))
            .unwrap();
        db
    }

    #[test]
    fn nobody_can_change_or_delete_a_line() {
        let db = log();
        for attack in ["UPDATE audit SET detail = 'x'", "DELETE FROM audit WHERE no = 1"] {
            let refused = db.execute(attack, []).unwrap_err();
            assert!(refused.to_string().contains("only added to"), "{refused}");
        }
    }

    #[test]
    fn each_line_seals_the_one_before() {
        let db = log();
        let mut query = db.prepare("SELECT * FROM audit ORDER BY no").unwrap();
        let lines: Vec<AuditEntry> =
            query.query_map([], entry).unwrap().collect::<Result<_, _>>().unwrap();
        let mut before = BEFORE_ALL;
        for line in &lines {
            let deed = Deed {
                act: line.act,
                by: line.by,
                user: line.user_id,
                channel: line.channel_id,
                detail: line.detail.clone(),
            };
            before = deed.digest(before, line.no, line.at);
            let told: String = before.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(line.digest, told);
        }
        assert_eq!(lines.iter().map(|line| line.no).collect::<Vec<_>>(), [1, 2]);
    }
}
