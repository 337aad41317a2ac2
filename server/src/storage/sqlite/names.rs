//! Looking up the names that a text holds: users for `@name`, channels for `#name`.

use super::Storage;
use super::rows::{Failure, Id};
use crate::domain::identity::name_key;
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension as _};
use shared::{ChannelId, UserId};
use std::collections::HashMap;

/// What names in a text stand for; those that stand for nothing are left out.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Users by the name as it stands in the text.
    pub users: HashMap<String, UserId>,
    /// Channels by the name as it stands in the text.
    pub channels: HashMap<String, ChannelId>,
}

pub(super) fn user(db: &Connection, name: &str) -> rusqlite::Result<Option<UserId>> {
    db.prepare_cached("SELECT user_id FROM users WHERE name_key = ?1")?
        .query_row([name_key(name)], |row| row.get::<_, Id>(0).map(Into::into))
        .optional()
}

/// The room of this name that the user may see; of several, one of its own before a public one.
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
    ) -> Result<Named> {
        let find = move |db: &Connection| -> Result<_, Failure> {
            let mut named = Named::default();
            for name in users {
                if let Some(id) = user(db, &name)? {
                    named.users.insert(name, id);
                }
            }
            for name in channels {
                if let Some(id) = channel(db, asks, &name)? {
                    named.channels.insert(name, id);
                }
            }
            Ok(named)
        };
        self.readers.read(find).await
    }
}
