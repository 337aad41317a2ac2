//! Looking up the names that a text holds: users for `@name`, channels for `#name`.

use super::Storage;
use super::moderation::may_be_seen;
use super::roles::may_be_known;
use super::rows::{Failure, Id};
use crate::domain::identity::name_key;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension as _, named_params};
use shared::{ChannelId, Timestamp, UserId};
use std::collections::HashMap;

/// What names in a text stand for; those that stand for nothing are left out.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Users by the name as it stands in the text.
    pub users: HashMap<String, UserId>,
    /// Channels by the name as it stands in the text.
    pub channels: HashMap<String, ChannelId>,
}

/// The user of this name. For the upgrade of a schema that knows no guests.
pub(super) fn user(db: &Connection, name: &str) -> rusqlite::Result<Option<UserId>> {
    db.prepare_cached("SELECT user_id FROM users WHERE name_key = ?1")?
        .query_row([name_key(name)], |row| row.get::<_, Id>(0).map(Into::into))
        .optional()
}

/// As [`seen_channel`], for the upgrade of a schema that knows neither guests nor bans.
pub(super) fn channel(
    db: &Connection,
    asks: UserId,
    name: &str,
) -> rusqlite::Result<Option<ChannelId>> {
    db.prepare_cached(
        "SELECT c.channel_id FROM channels c
         LEFT JOIN members m ON m.channel_no = c.no AND m.user_id = ?1
         WHERE c.name = ?2 COLLATE NOCASE AND (m.user_id IS NOT NULL OR c.visibility = 1)
         ORDER BY m.user_id IS NULL, c.no LIMIT 1",
    )?
    .query_row((Id::from(asks), name), |row| row.get::<_, Id>(0).map(Into::into))
    .optional()
}

/// The user of this name, if who asks may know of it.
fn known_user(db: &Connection, asks: UserId, name: &str) -> rusqlite::Result<Option<UserId>> {
    let sql = concat!("SELECT user_id FROM users u WHERE name_key = :name AND ", may_be_known!());
    db.prepare_cached(sql)?
        .query_row(named_params! { ":asks": Id::from(asks), ":name": name_key(name) }, |row| {
            row.get::<_, Id>(0).map(Into::into)
        })
        .optional()
}

/// The room of this name that the user may see; of several, one of its own before a public one.
fn seen_channel(
    db: &Connection,
    asks: UserId,
    name: &str,
    at: Timestamp,
) -> rusqlite::Result<Option<ChannelId>> {
    db.prepare_cached(concat!(
        "SELECT c.channel_id FROM channels c
         LEFT JOIN members m ON m.channel_no = c.no AND m.user_id = :user
         WHERE c.name = :name COLLATE NOCASE
           AND (m.user_id IS NOT NULL OR (c.visibility = 1 AND ",
        may_be_seen!(),
        ")) ORDER BY m.user_id IS NULL, c.no LIMIT 1",
    ))?
    .query_row(named_params! { ":user": Id::from(asks), ":name": name, ":at": at.0 }, |row| {
        row.get::<_, Id>(0).map(Into::into)
    })
    .optional()
}

impl Storage {
    /// Looks up names. Most of them are only spellings of what may be one.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn named(
        &self,
        asks: UserId,
        users: Vec<String>,
        channels: Vec<String>,
        at: Timestamp,
    ) -> Result<Named> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut named = Named::default();
            for name in users {
                if let Some(id) = known_user(db, asks, &name)? {
                    named.users.insert(name, id);
                }
            }
            for name in channels {
                if let Some(id) = seen_channel(db, asks, &name, at)? {
                    named.channels.insert(name, id);
                }
            }
            Ok(named)
        };
        self.readers.read(find).await
    }
}
