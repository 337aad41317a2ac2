//! Channels: creating, finding, changing and deleting them. Memberships are in `members.rs`.

use super::Storage;
use super::members::{check_room_for_one, insert_member};
use super::mentions::unread_mentions;
use super::moderation::may_be_seen;
use super::roles::{is_active, role_of};
use super::rows::{ChannelNo, Failure, Id, Place, id, kind, kind_code, place, seq, visibility};
use super::search;
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::actions::channels::Created;
use crate::domain::announcement::Announcement;
use crate::domain::deed::Deed;
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _, Row, named_params};
use shared::api::audit::Act;
use shared::limits::DISCOVER_MAX;
use shared::{
    ChannelId, ChannelInfo, ChannelKind, ErrorCode, ProblemDetail, Seq, Timestamp, UserId,
    Visibility,
};
use std::collections::HashSet;

/// A channel to create.
#[derive(Debug)]
pub struct NewChannel {
    /// The new id.
    pub channel_id: ChannelId,
    /// What it is.
    pub kind: ChannelKind,
    /// The name of a room.
    pub name: Option<String>,
    /// What it is about.
    pub topic: Option<String>,
    /// Who may find and join it.
    pub visibility: Visibility,
    /// The creator, then the others, each once.
    pub members: Vec<UserId>,
    /// The ids as the request named them, for pointers.
    pub asked_for: Vec<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// What to change of a channel; what is `None` stays.
#[derive(Debug)]
pub struct ChannelChanges {
    /// The new name.
    pub name: Option<String>,
    /// The new topic, or its removal.
    pub topic: Option<Option<String>>,
    /// The new visibility.
    pub visibility: Option<Visibility>,
}

/// As `:user` sees it.
const COLUMNS: &str = concat!(
    "c.no, c.channel_id, c.kind, c.name, c.topic, c.visibility, c.created_by, c.created_at,
    c.head_seq, m.read_seq, ",
    unread_mentions!()
);

fn info(row: &Row<'_>) -> rusqlite::Result<(ChannelNo, ChannelInfo)> {
    let head_seq = seq(row, "head_seq")?;
    let read_seq = row.get::<_, Option<i64>>("read_seq")?.map_or(head_seq, i64::cast_unsigned);
    let channel = ChannelInfo {
        channel_id: id(row, "channel_id")?,
        kind: kind(row.get("kind")?),
        name: row.get("name")?,
        topic: row.get("topic")?,
        visibility: visibility(row.get("visibility")?),
        user_ids: Vec::new(),
        created_by: id(row, "created_by")?,
        created_at: Timestamp(row.get("created_at")?),
        head_seq,
        read_seq: Some(read_seq),
        unread: Some(head_seq.saturating_sub(read_seq)),
        mentions: Some(row.get::<_, i64>("mentions")?.cast_unsigned()),
    };
    Ok((ChannelNo(row.get("no")?), channel))
}

fn with_members(
    db: &Connection,
    (no, mut channel): (ChannelNo, ChannelInfo),
) -> rusqlite::Result<ChannelInfo> {
    let mut query =
        db.prepare_cached("SELECT user_id FROM members WHERE channel_no = ?1 ORDER BY position")?;
    let rows = query.query_map([no.0], |row| row.get::<_, Id>(0).map(UserId::from))?;
    channel.user_ids = rows.collect::<Result<_, _>>()?;
    Ok(channel)
}

/// A channel as a user sees it. What the running transaction has not flushed yet, its head, is
/// given by `head` instead.
pub(super) fn channel_info(
    db: &Connection,
    user: UserId,
    no: ChannelNo,
    head: Option<Seq>,
) -> rusqlite::Result<ChannelInfo> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels c
         LEFT JOIN members m ON m.channel_no = c.no AND m.user_id = :user WHERE c.no = :no"
    );
    let row = db
        .prepare_cached(&sql)?
        .query_row(named_params! { ":user": Id::from(user), ":no": no.0 }, info)?;
    let mut channel = with_members(db, row)?;
    if let Some(head) = head {
        channel.head_seq = head;
        channel.unread = channel.read_seq.map(|read| head.saturating_sub(read));
    }
    Ok(channel)
}

/// A channel without what differs by reader, for frames that go to many.
fn for_everyone(mut channel: ChannelInfo) -> ChannelInfo {
    (channel.read_seq, channel.unread, channel.mentions) = (None, None, None);
    channel
}

fn direct_key(members: &[UserId]) -> Vec<u8> {
    let (first, last) = match members {
        [one] => (one, one),
        [one, other, ..] => (one.min(other), one.max(other)),
        [] => return Vec::new(),
    };
    [first.0.as_bytes().as_slice(), last.0.as_bytes()].concat()
}

/// Whether all of a new channel's members are there; those that are, may be out of use.
fn check_users(db: &Connection, channel: &NewChannel) -> Result<(), Failure> {
    let detail = "userIds names users that don't exist; nothing was created";
    refuse(channel, detail, "there is no such user", |user| Ok(is_active(db, user)?.is_none()))
}

/// Whether all of a new channel's members are in use.
fn check_active(db: &Connection, channel: &NewChannel) -> Result<(), Failure> {
    let detail = "userIds names deactivated accounts; nothing was created";
    refuse(channel, detail, "the account is deactivated", |user| {
        Ok(is_active(db, user)? != Some(true))
    })
}

fn refuse(
    channel: &NewChannel,
    detail: &'static str,
    why: &'static str,
    wrong: impl Fn(UserId) -> rusqlite::Result<bool>,
) -> Result<(), Failure> {
    let mut refused = HashSet::new();
    for user in &channel.members {
        if wrong(*user)? {
            refused.insert(*user);
        }
    }
    if refused.is_empty() {
        return Ok(());
    }
    let asked = channel.asked_for.iter().enumerate();
    let places = asked.filter(|(_, user)| refused.contains(user)).take(100);
    let places = places
        .map(|(at, _)| ProblemDetail { pointer: format!("/userIds/{at}"), detail: why.to_owned() });
    Err(Error::invalid_places(detail, places.collect()).into())
}

impl Storage {
    /// Creates a channel with its members, or finds the direct conversation of two.
    ///
    /// # Errors
    /// Through `done`: `invalid` with a pointer to each unknown user, `conflict` when a member is in
    /// too many channels, `storage_unavailable`.
    pub async fn create_channel(&self, new: NewChannel, done: Done<Created>) -> Result<()> {
        self.room.check()?;
        let work = move |tx: &mut Tx<'_>| create(tx, &new);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// The channels of a user, the one with the newest event first.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn channels_of(&self, user: UserId) -> Result<Vec<ChannelInfo>> {
        let sql = format!(
            "SELECT {COLUMNS},
                coalesce((SELECT max(sent_at) FROM messages WHERE pos = (
                    SELECT max(pos) FROM messages
                    WHERE pos BETWEEN c.no << 32 AND (c.no << 32 | 0xFFFFFFFF)
                )), c.created_at) AS newest
             FROM members m JOIN channels c ON c.no = m.channel_no
             WHERE m.user_id = :user ORDER BY newest DESC, c.no DESC"
        );
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(&sql)?;
            let rows = query.query_map(named_params! { ":user": Id::from(user) }, info)?;
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(rows.into_iter().map(|row| with_members(db, row)).collect::<Result<_, _>>()?)
        };
        self.read(find).await
    }

    /// The public channels that the user may see, by name, at most 500.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn public_channels(&self, user: UserId, at: Timestamp) -> Result<Vec<ChannelInfo>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM channels c
             LEFT JOIN members m ON m.channel_no = c.no AND m.user_id = :user
             WHERE c.visibility = 1 AND (m.user_id IS NOT NULL OR {}) ORDER BY c.name, c.no
             LIMIT :limit",
            may_be_seen!()
        );
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(&sql)?;
            let limit = DISCOVER_MAX as i64;
            let bound = named_params! { ":user": Id::from(user), ":at": at.0, ":limit": limit };
            let rows = query.query_map(bound, info)?.collect::<Result<Vec<_>, _>>()?;
            Ok(rows.into_iter().map(|row| with_members(db, row)).collect::<Result<_, _>>()?)
        };
        self.read(find).await
    }

    /// A channel that the user may see.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn channel(
        &self,
        user: UserId,
        channel: ChannelId,
        at: Timestamp,
    ) -> Result<ChannelInfo> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let place = place(db, user, channel)?;
            permission::may_see(&place.standing, at)?;
            Ok(channel_info(db, user, place.no, None)?)
        };
        self.read(find).await
    }

    /// A public channel's name and topic, which anybody may be told; None for every other.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn public_face(
        &self,
        channel: ChannelId,
    ) -> Result<Option<(String, Option<String>)>> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut query = db.prepare_cached(
                "SELECT name, topic FROM channels
                 WHERE channel_id = ?1 AND visibility = 1 AND name IS NOT NULL",
            )?;
            let found = query
                .query_row([Id::from(channel)], |row| Ok((row.get("name")?, row.get("topic")?)));
            Ok(found.optional()?)
        };
        self.read(find).await
    }

    /// Changes a channel.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `invalid`, `storage_unavailable`.
    pub async fn update_channel(
        &self,
        user: UserId,
        channel: ChannelId,
        changes: ChannelChanges,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| update(tx, user, channel, &changes);
        self.writer.submit(Needs::Log, work, done).await
    }

    /// Deletes a channel with everything in it.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `forbidden`, `conflict`, `storage_unavailable`.
    pub async fn delete_channel(
        &self,
        user: UserId,
        channel: ChannelId,
        at: Timestamp,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| delete(tx, user, channel, at);
        self.writer.submit(Needs::Log, work, self.then_collect(done)).await
    }
}

fn create(tx: &mut Tx<'_>, new: &NewChannel) -> Result<Created, Failure> {
    let db = tx.db;
    let Some(creator) = new.members.first().copied() else {
        return Err(Error::invalid("/userIds", "names nobody").into());
    };
    check_users(db, new)?;
    let direct = (new.kind == ChannelKind::Direct).then(|| direct_key(&new.members));
    if let Some(key) = &direct {
        let known: Option<i64> = db
            .prepare_cached("SELECT no FROM channels WHERE direct_key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        if let Some(no) = known {
            let head = tx.head(ChannelNo(no), 0);
            let head = (head > 0).then_some(head);
            let channel = channel_info(db, creator, ChannelNo(no), head)?;
            return Ok(Created { channel, new: false });
        }
    }
    permission::may_create_channel(role_of(db, creator)?)?;
    check_active(db, new)?;
    for user in &new.members {
        check_room_for_one(db, *user)?;
    }
    db.prepare_cached(
        "INSERT INTO channels (channel_id, kind, name, topic, visibility, created_by, created_at,
                               direct_key)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute((
        Id::from(new.channel_id),
        kind_code(new.kind),
        &new.name,
        &new.topic,
        i64::from(new.visibility == Visibility::Public),
        Id::from(creator),
        new.created_at.0,
        direct,
    ))?;
    let no = ChannelNo(db.last_insert_rowid());
    for (position, user) in new.members.iter().enumerate() {
        insert_member(db, no, *user, position as i64, 0, new.created_at)?;
    }
    let channel = channel_info(db, creator, no, None)?;
    tx.announce(Announcement::Created(Box::new(channel.clone())));
    Ok(Created { channel, new: true })
}

fn update(
    tx: &mut Tx<'_>,
    user: UserId,
    channel: ChannelId,
    changes: &ChannelChanges,
) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, head_seq, standing } = place(db, user, channel)?;
    if changes.name.is_none() && changes.visibility.is_none() {
        permission::may_change_topic(&standing)?;
    } else {
        permission::may_change_channel(&standing)?;
    }
    if standing.kind == ChannelKind::Group && changes.visibility == Some(Visibility::Public) {
        let detail = "a conversation without a name can't be public";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    if standing.kind == ChannelKind::Group && changes.name.is_some() {
        let detail = "a group conversation has no name; create a channel with one instead";
        return Err(Error::new(ErrorCode::Conflict, detail).into());
    }
    db.prepare_cached(
        "UPDATE channels SET name = coalesce(?2, name), topic = iif(?3, ?4, topic),
                visibility = coalesce(?5, visibility) WHERE no = ?1",
    )?
    .execute((
        no.0,
        &changes.name,
        changes.topic.is_some(),
        changes.topic.clone().flatten(),
        changes.visibility.map(|v| i64::from(v == Visibility::Public)),
    ))?;
    let head = tx.head(no, head_seq);
    let channel = for_everyone(channel_info(db, user, no, Some(head))?);
    tx.announce(Announcement::Updated(Box::new(channel)));
    Ok(())
}

fn delete(tx: &mut Tx<'_>, user: UserId, channel: ChannelId, at: Timestamp) -> Result<(), Failure> {
    let db = tx.db;
    let Place { no, standing, .. } = place(db, user, channel)?;
    permission::may_change_channel(&standing)?;
    search::remove_channel(db, no.0)?;
    let (first, last) = (no.pos(0), no.pos(u64::from(u32::MAX)));
    for table in ["mentions", "reactions", "bookmarks", "uploads", "pictures", "events", "messages"]
    {
        db.execute(&format!("DELETE FROM {table} WHERE pos BETWEEN ?1 AND ?2"), (first, last))?;
    }
    for table in ["threads", "repliers", "followers"] {
        db.execute(&format!("DELETE FROM {table} WHERE root BETWEEN ?1 AND ?2"), (first, last))?;
    }
    db.execute("DELETE FROM channels WHERE no = ?1", [no.0])?;
    // Not by its name: who reads this may never have been let into it.
    tx.audit(&Deed::new(Act::ChannelDeleted, user).in_channel(channel), at)?;
    tx.announce(Announcement::Deleted(channel));
    Ok(())
}
