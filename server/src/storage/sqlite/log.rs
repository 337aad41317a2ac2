//! The raw log: every durable event of a channel, as it was told live. What a deletion freed is gone
//! from it, too.

use super::Storage;
use super::changes::previews_of;
use super::events::{DELETED, EDITED, PINNED, PREVIEWED};
use super::folding::json;
use super::members::MEMBER;
use super::posts::{ACTION, ALSO_IN_CHANNEL};
use super::retention;
use super::rows::{ChannelNo, Failure, Id, id, place, seq_of};
use super::uploads;
use crate::domain::permission;
use crate::error::Result;
use rusqlite::{Connection, Row};
use shared::api::messages::EventPage;
use shared::{
    ChannelEvent, ChannelId, Deleted, Edited, Member, Message, MessageId, Pinned, Previewed,
    Reacted, Seq, Timestamp, UserId,
};

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
    let text: Option<String> = row.get("text")?;
    let thread_root = row.get::<_, Option<Id>>("thread_root")?.map(MessageId::from);
    Ok(match kind {
        0 => {
            let flags: i64 = row.get("flags")?;
            ChannelEvent::Message(Message {
                channel_id,
                seq,
                message_id,
                user_id,
                nonce: row.get("nonce")?,
                sent_at: at,
                message: text.unwrap_or_default(),
                html: row.get("html")?,
                reply_to: row.get::<_, Option<Id>>("reply_to")?.map(MessageId::from),
                thread_root,
                also_in_channel: flags & ALSO_IN_CHANNEL != 0,
                action: flags & ACTION != 0,
                forwarded: json(row, "forwarded")?,
                attachments: Vec::new(),
            })
        }
        EDITED => ChannelEvent::Edited(Edited {
            channel_id,
            seq,
            message_id,
            user_id,
            edited_at: at,
            message: text.unwrap_or_default(),
            html: row.get("html")?,
        }),
        DELETED => {
            let deleted_at = at;
            let deleted = Deleted { channel_id, seq, message_id, user_id, deleted_at, thread_root };
            ChannelEvent::Deleted(deleted)
        }
        PINNED => {
            let on = row.get("turned_on")?;
            ChannelEvent::Pinned(Pinned { channel_id, seq, message_id, user_id, on })
        }
        PREVIEWED => {
            let previews = previews_of(text);
            ChannelEvent::Previewed(Previewed { channel_id, seq, message_id, user_id, previews })
        }
        _ => ChannelEvent::Reacted(Reacted {
            channel_id,
            seq,
            message_id,
            user_id,
            emoji: text.unwrap_or_default(),
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
        "SELECT m.pos AS pos, 0 AS kind, m.user_id, m.nonce, m.sent_at AS at, m.message_id,
                m.message AS text, m.html AS html, NULL AS turned_on, m.reply_to, m.flags,
                m.forwarded,
                (SELECT r.message_id FROM messages r WHERE r.pos = m.thread) AS thread_root
         FROM messages m WHERE m.pos BETWEEN ?1 AND ?2
         UNION ALL
         SELECT e.pos, e.kind, e.user_id, e.nonce, e.at, e.message_id, e.text, e.html,
                e.turned_on, NULL, 0, NULL,
                iif(e.kind = 2, (SELECT r.message_id FROM messages t
                    JOIN messages r ON r.pos = t.thread WHERE t.pos = e.target), NULL)
         FROM events e WHERE e.pos BETWEEN ?1 AND ?2
         ORDER BY pos LIMIT ?3",
    )?;
    let from = no.pos(after.saturating_add(1));
    let bounds = (from, no.pos(Seq::from(u32::MAX)), limit as i64);
    let events = query.query_map(bounds, |row| logged(channel, row))?;
    let mut events = events.collect::<rusqlite::Result<Vec<_>>>()?;
    if let (Some(first), Some(last)) = (events.first(), events.last()) {
        let mut files = uploads::between(db, no.pos(first.seq()), no.pos(last.seq()))?;
        for event in &mut events {
            if let ChannelEvent::Message(message) = event {
                message.attachments = files.remove(&no.pos(message.seq)).unwrap_or_default();
            }
        }
    }
    Ok(events)
}

impl Storage {
    /// The raw log after a seq, and up to where it was swept: it begins behind that.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn events(
        &self,
        user: UserId,
        channel: ChannelId,
        after: Seq,
        limit: usize,
    ) -> Result<(EventPage, Seq)> {
        let read = move |db: &Connection| -> Result<_, Failure> {
            let place = place(db, user, channel)?;
            permission::may_read(&place.standing)?;
            let swept = retention::swept(db, place.no)?;
            let events = log_after(db, (channel, place.no), after.max(swept), limit)?;
            Ok((EventPage { events, head_seq: place.head_seq }, swept))
        };
        self.read(read).await
    }
}
