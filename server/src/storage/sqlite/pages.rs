//! Reading the log: pages of folded messages, one message, and the raw events.

use super::Storage;
use super::events::{DELETED, EDITED};
use super::members::MEMBER;
use super::rows::{ChannelNo, Failure, Id, channel_no_of, id, place, seq_of};
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _, Row};
use shared::api::messages::{EventPage, MessagePage};
use shared::{
    ChannelEvent, ChannelId, ChatMessage, Deleted, Edited, Member, Message, MessageId, Reacted,
    Reaction, Seq, Timestamp, UserId,
};

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageAt {
    /// The newest messages.
    Newest,
    /// The messages right before a seq.
    Before(Seq),
    /// The messages right after a seq.
    After(Seq),
    /// Half a page before a seq, and the rest from it on.
    Around(Seq),
}

const MESSAGE_COLUMNS: &str =
    "pos, message_id, user_id, nonce, sent_at, message, edited, edited_at,
    deleted_at, reply_to";

fn chat_message(channel_id: ChannelId, row: &Row<'_>) -> rusqlite::Result<(i64, ChatMessage)> {
    let pos: i64 = row.get("pos")?;
    let as_sent: String = row.get("message")?;
    let message = ChatMessage {
        message_id: id(row, "message_id")?,
        channel_id,
        seq: seq_of(pos),
        user_id: id(row, "user_id")?,
        message: row.get::<_, Option<String>>("edited")?.unwrap_or(as_sent),
        html: None,
        sent_at: Timestamp(row.get("sent_at")?),
        edited_at: row.get::<_, Option<i64>>("edited_at")?.map(Timestamp),
        deleted_at: row.get::<_, Option<i64>>("deleted_at")?.map(Timestamp),
        reply_to: row.get::<_, Option<Id>>("reply_to")?.map(MessageId::from),
        thread_root: None,
        also_in_channel: false,
        action: false,
        forwarded: None,
        reply_count: None,
        last_reply_at: None,
        replier_ids: Vec::new(),
        pinned_by: None,
        reactions: Vec::new(),
        attachments: Vec::new(),
        previews: Vec::new(),
    };
    Ok((pos, message))
}

fn with_reactions(
    db: &Connection,
    (pos, mut message): (i64, ChatMessage),
) -> rusqlite::Result<ChatMessage> {
    let mut query = db.prepare_cached(
        "SELECT emoji, user_id FROM reactions WHERE pos = ?1 ORDER BY first_seq, seq",
    )?;
    let mut rows = query.query([pos])?;
    while let Some(row) = rows.next()? {
        let emoji: String = row.get(0)?;
        let user: UserId = row.get::<_, Id>(1)?.into();
        match message.reactions.last_mut().filter(|last| last.emoji == emoji) {
            Some(last) => last.user_ids.push(user),
            None => message.reactions.push(Reaction { emoji, user_ids: vec![user] }),
        }
    }
    Ok(message)
}

/// At most `limit` messages with `from <= seq <= to`: the first ones, or the last ones.
fn range(
    db: &Connection,
    (channel, no): (ChannelId, ChannelNo),
    (from, to): (Seq, Seq),
    limit: usize,
    newest_first: bool,
) -> rusqlite::Result<Vec<ChatMessage>> {
    let order = if newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM messages WHERE pos BETWEEN ?1 AND ?2
         ORDER BY pos {order} LIMIT ?3"
    );
    let mut query = db.prepare_cached(&sql)?;
    let bounds = (no.pos(from), no.pos(to), limit as i64);
    let rows = query.query_map(bounds, |row| chat_message(channel, row))?;
    let mut messages = rows.map(|row| with_reactions(db, row?)).collect::<Result<Vec<_>, _>>()?;
    if newest_first {
        messages.reverse();
    }
    Ok(messages)
}

fn any(db: &Connection, no: ChannelNo, from: Seq, to: Seq) -> rusqlite::Result<bool> {
    if from > to {
        return Ok(false);
    }
    db.prepare_cached("SELECT 1 FROM messages WHERE pos BETWEEN ?1 AND ?2 LIMIT 1")?
        .exists((no.pos(from), no.pos(to)))
}

fn page(
    db: &Connection,
    channel: (ChannelId, ChannelNo),
    head_seq: Seq,
    at: PageAt,
    limit: usize,
) -> Result<MessagePage, Failure> {
    let end = Seq::from(u32::MAX);
    let messages = match at {
        PageAt::Newest => range(db, channel, (0, end), limit, true)?,
        PageAt::Before(seq) => range(db, channel, (0, seq.saturating_sub(1)), limit, true)?,
        PageAt::After(seq) => range(db, channel, (seq.saturating_add(1), end), limit, false)?,
        PageAt::Around(seq) => {
            let mut before = range(db, channel, (0, seq.saturating_sub(1)), limit / 2, true)?;
            let rest = limit - before.len();
            before.extend(range(db, channel, (seq, end), rest, false)?);
            before
        }
    };
    let no = channel.1;
    let (first, last) = match (messages.first(), messages.last()) {
        (Some(first), Some(last)) => (first.seq, last.seq),
        // An empty page still tells on which side there is something.
        _ => match at {
            PageAt::Newest => (0, end),
            PageAt::Before(seq) | PageAt::Around(seq) => (0, seq.saturating_sub(1)),
            PageAt::After(seq) => (seq.saturating_add(1), end),
        },
    };
    Ok(MessagePage {
        has_before: first > 0 && any(db, no, 0, first - 1)?,
        has_after: any(db, no, last.saturating_add(1), end)?,
        messages,
        head_seq,
    })
}

fn logged(channel_id: ChannelId, row: &Row<'_>) -> rusqlite::Result<ChannelEvent> {
    let seq = seq_of(row.get("pos")?);
    let user_id: UserId = id(row, "user_id")?;
    let kind: i64 = row.get("kind")?;
    if kind == MEMBER {
        let joined = row.get("turned_on")?;
        return Ok(ChannelEvent::Member(Member { channel_id, seq, user_id, joined }));
    }
    let message_id: MessageId = id(row, "message_id")?;
    let at = Timestamp(row.get("at")?);
    let text: String = row.get::<_, Option<String>>("text")?.unwrap_or_default();
    Ok(match kind {
        0 => ChannelEvent::Message(Message {
            channel_id,
            seq,
            message_id,
            user_id,
            nonce: row.get("nonce")?,
            sent_at: at,
            message: text,
            html: None,
            reply_to: row.get::<_, Option<Id>>("reply_to")?.map(MessageId::from),
            thread_root: None,
            also_in_channel: false,
            action: false,
            forwarded: None,
            attachments: Vec::new(),
        }),
        EDITED => ChannelEvent::Edited(Edited {
            channel_id,
            seq,
            message_id,
            user_id,
            edited_at: at,
            message: text,
            html: None,
        }),
        DELETED => ChannelEvent::Deleted(Deleted {
            channel_id,
            seq,
            message_id,
            user_id,
            deleted_at: at,
            thread_root: None,
        }),
        _ => ChannelEvent::Reacted(Reacted {
            channel_id,
            seq,
            message_id,
            user_id,
            emoji: text,
            on: row.get("turned_on")?,
        }),
    })
}

fn log_after(
    db: &Connection,
    (channel, no): (ChannelId, ChannelNo),
    after: Seq,
    limit: usize,
) -> rusqlite::Result<Vec<ChannelEvent>> {
    let mut query = db.prepare_cached(
        "SELECT pos, 0 AS kind, user_id, nonce, sent_at AS at, message_id, message AS text,
                NULL AS turned_on, reply_to
         FROM messages WHERE pos BETWEEN ?1 AND ?2
         UNION ALL
         SELECT pos, kind, user_id, nonce, at, message_id, text, turned_on, NULL
         FROM events WHERE pos BETWEEN ?1 AND ?2
         ORDER BY pos LIMIT ?3",
    )?;
    let from = no.pos(after.saturating_add(1));
    let bounds = (from, no.pos(Seq::from(u32::MAX)), limit as i64);
    query.query_map(bounds, |row| logged(channel, row))?.collect()
}

impl Storage {
    /// A page of folded messages.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn page(
        &self,
        user: UserId,
        channel: ChannelId,
        at: PageAt,
        limit: usize,
    ) -> Result<MessagePage> {
        let read = move |db: &Connection| -> Result<_, Failure> {
            let place = place(db, user, channel)?;
            permission::may_read(&place.standing)?;
            page(db, (channel, place.no), place.head_seq, at, limit)
        };
        self.read(read).await
    }

    /// One folded message.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn message(
        &self,
        user: UserId,
        channel: ChannelId,
        message: MessageId,
    ) -> Result<ChatMessage> {
        let sql = format!("SELECT {MESSAGE_COLUMNS} FROM messages WHERE message_id = ?1");
        let read = move |db: &Connection| -> Result<_, Failure> {
            let place = place(db, user, channel)?;
            permission::may_read(&place.standing)?;
            let found = db
                .prepare_cached(&sql)?
                .query_row([Id::from(message)], |row| chat_message(channel, row))
                .optional()?
                .filter(|(pos, _)| channel_no_of(*pos) == place.no);
            match found {
                Some(row) => Ok(with_reactions(db, row)?),
                None => Err(Error::not_found("message").into()),
            }
        };
        self.read(read).await
    }

    /// The raw log after a seq.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn events(
        &self,
        user: UserId,
        channel: ChannelId,
        after: Seq,
        limit: usize,
    ) -> Result<EventPage> {
        let read = move |db: &Connection| -> Result<_, Failure> {
            let place = place(db, user, channel)?;
            permission::may_read(&place.standing)?;
            let events = log_after(db, (channel, place.no), after, limit)?;
            Ok(EventPage { events, head_seq: place.head_seq })
        };
        self.read(read).await
    }
}
