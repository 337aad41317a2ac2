//! How values stand in rows, and the two ways in which a step in a transaction can fail.

use crate::domain::permission::{Rank, Standing};
use crate::error::Error;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, named_params};
use shared::{
    ChannelId, ChannelKind, ClientId, MessageId, PasskeyId, Role, Seq, Timestamp, UploadId, UserId,
    Visibility,
};
use uuid::Uuid;

/// Why a step in a transaction failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// Refused before anything was changed: the rest of the transaction stands.
    Refused(Error),
    /// SQLite failed: the whole transaction is undone.
    Storage(rusqlite::Error),
}

impl Failure {
    /// What the client is told; the cause goes to the log.
    pub(super) fn into_error(self, context: &str) -> Error {
        match self {
            Self::Refused(error) => error,
            Self::Storage(cause) => {
                tracing::error!(%cause, context, "storage failed");
                Error::storage_unavailable()
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Storage(cause)
    }
}

/// An id as it stands in a row: its 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id(pub Uuid);

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.as_bytes())))
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Uuid::from_slice(value.as_blob()?).map(Self).map_err(|e| FromSqlError::Other(Box::new(e)))
    }
}

macro_rules! ids {
    ($($name:ident),*) => {$(
        impl From<$name> for Id {
            fn from(id: $name) -> Self { Self(id.0) }
        }
        impl From<Id> for $name {
            fn from(id: Id) -> Self { Self(id.0) }
        }
    )*};
}
ids!(UserId, ClientId, ChannelId, MessageId, UploadId, PasskeyId);

/// An id column.
pub(super) fn id<T: From<Id>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    row.get::<_, Id>(column).map(T::from)
}

/// A column of a seq or another count.
pub(super) fn seq(row: &Row<'_>, column: &str) -> rusqlite::Result<Seq> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

pub(super) fn kind_code(kind: ChannelKind) -> i64 {
    match kind {
        ChannelKind::Room => 0,
        ChannelKind::Direct => 1,
        ChannelKind::Group => 2,
    }
}

pub(super) fn kind(code: i64) -> ChannelKind {
    match code {
        1 => ChannelKind::Direct,
        2 => ChannelKind::Group,
        _ => ChannelKind::Room,
    }
}

pub(super) fn visibility(code: i64) -> Visibility {
    if code == 1 { Visibility::Public } else { Visibility::Private }
}

/// A code that nobody knows has the fewest rights.
pub(super) fn role(code: i64) -> Role {
    match code {
        0 => Role::Member,
        1 => Role::Owner,
        2 => Role::Admin,
        _ => Role::Guest,
    }
}

pub(super) fn role_code(role: Role) -> i64 {
    match role {
        Role::Member => 0,
        Role::Owner => 1,
        Role::Admin => 2,
        Role::Guest => 3,
    }
}

/// A channel's number: the upper half of the places of its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ChannelNo(pub i64);

impl ChannelNo {
    /// The place of a seq in the log. Seqs are below 2³², which is a message a second for a century.
    pub(super) fn pos(self, seq: Seq) -> i64 {
        (self.0 << 32) | seq.min(u64::from(u32::MAX)).cast_signed()
    }
}

/// The seq of a place.
pub(super) fn seq_of(pos: i64) -> Seq {
    (pos & i64::from(u32::MAX)).cast_unsigned()
}

/// The channel's number of a place.
pub(super) fn channel_no_of(pos: i64) -> ChannelNo {
    ChannelNo(pos >> 32)
}

/// A channel and where a user stands in it.
#[derive(Debug)]
pub(super) struct Place {
    pub no: ChannelNo,
    pub head_seq: Seq,
    pub standing: Standing,
}

/// Looks up a channel and where a user stands in it. An account that is out of use stands nowhere.
pub(super) fn place(db: &Connection, user: UserId, channel: ChannelId) -> Result<Place, Failure> {
    let mut query = db.prepare_cached(
        "SELECT c.no, c.head_seq, c.kind, c.visibility, c.created_by = :user AS creator,
                m.user_id IS NOT NULL AS member, coalesce(m.role, 0) AS moderator, u.role,
                x.until AS muted_until, b.until AS banned_until,
                u.deactivated_at IS NULL AS active
         FROM channels c
         JOIN users u ON u.user_id = :user
         LEFT JOIN members m ON m.channel_no = c.no AND m.user_id = :user
         LEFT JOIN mutes x ON x.channel_no = c.no AND x.user_id = :user
         LEFT JOIN bans b ON b.channel_no = c.no AND b.user_id = :user
         WHERE c.channel_id = :channel",
    )?;
    let found = query
        .query_row(
            named_params! { ":user": Id::from(user), ":channel": Id::from(channel) },
            |row| {
                let until = |column| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp));
                let place = Place {
                    no: ChannelNo(row.get("no")?),
                    head_seq: seq(row, "head_seq")?,
                    standing: Standing {
                        kind: kind(row.get("kind")?),
                        visibility: visibility(row.get("visibility")?),
                        member: row.get("member")?,
                        creator: row.get("creator")?,
                        moderator: row.get("moderator")?,
                        role: role(row.get("role")?),
                        muted_until: until("muted_until")?,
                        banned_until: until("banned_until")?,
                    },
                };
                Ok((place, row.get::<_, bool>("active")?))
            },
        )
        .optional()?;
    match found {
        Some((place, true)) => Ok(place),
        Some((_, false)) => Err(Error::not_logged_in().into()),
        None => Err(Error::not_found("channel").into()),
    }
}

/// How much a user has to say in a channel, whether or not its account is in use.
pub(super) fn rank(db: &Connection, user: UserId, no: ChannelNo) -> Result<Rank, Failure> {
    let mut query = db.prepare_cached(
        "SELECT c.kind, c.created_by = :user AS creator, coalesce(m.role, 0) AS moderator, u.role
         FROM channels c
         JOIN users u ON u.user_id = :user
         LEFT JOIN members m ON m.channel_no = c.no AND m.user_id = :user
         WHERE c.no = :no",
    )?;
    let found = query
        .query_row(named_params! { ":user": Id::from(user), ":no": no.0 }, |row| {
            let standing = Standing {
                kind: kind(row.get("kind")?),
                visibility: Visibility::Private,
                member: true,
                creator: row.get("creator")?,
                moderator: row.get("moderator")?,
                role: role(row.get("role")?),
                muted_until: None,
                banned_until: None,
            };
            Ok(standing.rank())
        })
        .optional()?;
    found.ok_or_else(|| Error::not_found("user").into())
}
