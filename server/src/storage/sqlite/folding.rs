//! Messages as they stand now: their row, and what belongs to it (files, reactions, threads). Which of
//! them are asked for is decided in `pages.rs`, `threads.rs`, `pins.rs` and `bookmarks.rs`.

use super::changes::previews_of;
use super::posts::{ACTION, ALSO_IN_CHANNEL};
use super::rows::{Id, channel_no_of, id, seq_of};
use super::uploads;
use rusqlite::{Connection, Row};
use shared::{ChannelId, ChatMessage, MessageId, Reaction, Timestamp, UserId};
use std::collections::HashMap;

/// What [`chat_message`] reads, of messages `m`.
pub(super) const MESSAGE_COLUMNS: &str =
    "m.pos, m.message_id, m.user_id, m.sent_at, m.message, m.html,
    m.edited, m.edited_html, m.edited_at, m.deleted_at, m.reply_to, m.flags, m.forwarded,
    m.previews, m.pinned_by,
    (SELECT r.message_id FROM messages r WHERE r.pos = m.thread) AS thread_root";

/// A message as its row tells it, and its place. [`complete`] adds the rest.
pub(super) fn chat_message(
    channel_id: ChannelId,
    row: &Row<'_>,
) -> rusqlite::Result<(i64, ChatMessage)> {
    let pos: i64 = row.get("pos")?;
    let flags: i64 = row.get("flags")?;
    let edited: Option<String> = row.get("edited")?;
    let (message, html) = match edited {
        Some(edited) => (edited, row.get("edited_html")?),
        None => (row.get("message")?, row.get("html")?),
    };
    let message = ChatMessage {
        message_id: id(row, "message_id")?,
        channel_id,
        seq: seq_of(pos),
        user_id: id(row, "user_id")?,
        message,
        html,
        sent_at: Timestamp(row.get("sent_at")?),
        edited_at: row.get::<_, Option<i64>>("edited_at")?.map(Timestamp),
        deleted_at: row.get::<_, Option<i64>>("deleted_at")?.map(Timestamp),
        reply_to: row.get::<_, Option<Id>>("reply_to")?.map(MessageId::from),
        thread_root: row.get::<_, Option<Id>>("thread_root")?.map(MessageId::from),
        also_in_channel: flags & ALSO_IN_CHANNEL != 0,
        action: flags & ACTION != 0,
        forwarded: json(row, "forwarded")?,
        reply_count: None,
        last_reply_at: None,
        replier_ids: Vec::new(),
        pinned_by: row.get::<_, Option<Id>>("pinned_by")?.map(UserId::from),
        reactions: Vec::new(),
        attachments: Vec::new(),
        previews: previews_of(row.get("previews")?),
    };
    Ok((pos, message))
}

/// A column of JSON, which we wrote ourselves.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Adds what others added to messages of one channel, in ascending order.
pub(super) fn complete(
    db: &Connection,
    mut rows: Vec<(i64, ChatMessage)>,
) -> rusqlite::Result<Vec<ChatMessage>> {
    let places = rows.iter().map(|(pos, _)| *pos);
    let (Some(first), Some(last)) = (places.clone().min(), places.clone().max()) else {
        return Ok(Vec::new());
    };
    let at: HashMap<i64, usize> = places.enumerate().map(|(n, pos)| (pos, n)).collect();
    let mut query = db.prepare_cached(
        "SELECT pos, emoji, user_id FROM reactions WHERE pos BETWEEN ?1 AND ?2
         ORDER BY pos, first_seq, seq",
    )?;
    let mut found = query.query((first, last))?;
    while let Some(row) = found.next()? {
        let Some(message) = at.get(&row.get(0)?).and_then(|n| rows.get_mut(*n)) else { continue };
        let emoji: String = row.get(1)?;
        let user: UserId = row.get::<_, Id>(2)?.into();
        let reactions = &mut message.1.reactions;
        match reactions.last_mut().filter(|last| last.emoji == emoji) {
            Some(last) => last.user_ids.push(user),
            None => reactions.push(Reaction { emoji, user_ids: vec![user] }),
        }
    }
    for (pos, attachments) in uploads::between(db, first, last)? {
        if let Some((_, message)) = at.get(&pos).and_then(|n| rows.get_mut(*n)) {
            message.attachments = attachments;
        }
    }
    let mut query = db.prepare_cached(
        "SELECT root, replies, last_at FROM threads WHERE root BETWEEN ?1 AND ?2",
    )?;
    let mut found = query.query((first, last))?;
    while let Some(row) = found.next()? {
        let root: i64 = row.get(0)?;
        let Some((_, message)) = at.get(&root).and_then(|n| rows.get_mut(*n)) else { continue };
        message.reply_count = Some(row.get::<_, i64>(1)?.cast_unsigned());
        message.last_reply_at = Some(Timestamp(row.get(2)?));
        message.replier_ids = repliers(db, root)?;
    }
    Ok(rows.into_iter().map(|(_, message)| message).collect())
}

fn repliers(db: &Connection, root: i64) -> rusqlite::Result<Vec<UserId>> {
    let mut query =
        db.prepare_cached("SELECT user_id FROM repliers WHERE root = ?1 ORDER BY pos LIMIT ?2")?;
    let limited = (root, ChatMessage::REPLIERS_MAX as i64);
    query.query_map(limited, |row| row.get::<_, Id>(0).map(UserId::from))?.collect()
}

/// The message in a place, whichever channel that is in.
///
/// # Errors
/// Also when there is none.
pub(super) fn in_place(db: &Connection, pos: i64) -> rusqlite::Result<ChatMessage> {
    let channel: Id = db
        .prepare_cached("SELECT channel_id FROM channels WHERE no = ?1")?
        .query_row([channel_no_of(pos).0], |row| row.get(0))?;
    let sql = format!("SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.pos = ?1");
    let row = db.prepare_cached(&sql)?.query_row([pos], |row| chat_message(channel.into(), row))?;
    complete(db, vec![row])?.pop().ok_or(rusqlite::Error::QueryReturnedNoRows)
}
