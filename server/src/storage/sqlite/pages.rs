//! Reading a channel: pages of folded messages, one message, and every text that it had. How a
//! message is folded is in `folding.rs`, the raw log in `log.rs`, a thread's pages in `threads.rs`.

use super::Storage;
use super::events::EDITED;
use super::folding::{MESSAGE_COLUMNS, chat_message, complete};
use super::rows::{ChannelNo, Failure, Id, channel_no_of, place};
use crate::domain::permission;
use crate::error::{Error, Result};
use rusqlite::{Connection, OptionalExtension as _};
use shared::api::messages::{MessagePage, Version, Versions};
use shared::{ChannelId, ChatMessage, MessageId, Seq, Timestamp, UserId};

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
    /// As around the first message that is not older than this.
    Since(Timestamp),
}

/// Of messages `m`: those that are shown in the channel, and not in their thread alone.
const IN_CHANNEL: &str = "(m.thread IS NULL OR m.flags & 2)";

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
        "SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.pos BETWEEN ?1 AND ?2 AND {IN_CHANNEL}
         ORDER BY m.pos {order} LIMIT ?3"
    );
    let mut query = db.prepare_cached(&sql)?;
    let bounds = (no.pos(from), no.pos(to), limit as i64);
    let rows = query.query_map(bounds, |row| chat_message(channel, row))?;
    let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    if newest_first {
        rows.reverse();
    }
    complete(db, rows)
}

fn any(db: &Connection, no: ChannelNo, from: Seq, to: Seq) -> rusqlite::Result<bool> {
    if from > to {
        return Ok(false);
    }
    let sql =
        format!("SELECT 1 FROM messages m WHERE m.pos BETWEEN ?1 AND ?2 AND {IN_CHANNEL} LIMIT 1");
    db.prepare_cached(&sql)?.exists((no.pos(from), no.pos(to)))
}

/// The seq of the first message that is not older than a time, or the head's. Halving the log: the
/// times of messages grow with their seqs, as far as the clock did.
fn first_since(db: &Connection, no: ChannelNo, at: Timestamp, head: Seq) -> rusqlite::Result<Seq> {
    let mut next = db.prepare_cached(
        "SELECT pos, sent_at FROM messages WHERE pos BETWEEN ?1 AND ?2 ORDER BY pos LIMIT 1",
    )?;
    let (mut from, mut to) = (1, head.max(1));
    while from < to {
        let middle = from + (to - from) / 2;
        let found: Option<(i64, i64)> = next
            .query_row((no.pos(middle), no.pos(to)), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match found {
            Some((pos, sent_at)) if sent_at < at.0 => from = super::rows::seq_of(pos) + 1,
            _ => to = middle,
        }
    }
    Ok(from)
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
        PageAt::Since(at) => {
            let seq = first_since(db, channel.1, at, head_seq)?;
            return page(db, channel, head_seq, PageAt::Around(seq), limit);
        }
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
            PageAt::Newest | PageAt::Since(_) => (0, end),
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

fn versions(
    db: &Connection,
    user: UserId,
    channel: ChannelId,
    message: MessageId,
) -> Result<Versions, Failure> {
    let place = place(db, user, channel)?;
    permission::may_read(&place.standing)?;
    let target = super::events::existing_target(db, place.no, message)?;
    if target.deleted {
        return Ok(Versions { versions: Vec::new() });
    }
    let mut query = db.prepare_cached(
        "SELECT pos, message, html, sent_at FROM messages WHERE pos = ?1
         UNION ALL SELECT pos, text, html, at FROM events WHERE target = ?1 AND kind = ?2
         ORDER BY pos",
    )?;
    let rows = query.query_map((target.pos, EDITED), |row| {
        Ok(Version { message: row.get(1)?, html: row.get(2)?, at: Timestamp(row.get(3)?) })
    })?;
    Ok(Versions { versions: rows.collect::<rusqlite::Result<_>>()? })
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
        let sql = format!("SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.message_id = ?1");
        let read = move |db: &Connection| -> Result<_, Failure> {
            let place = place(db, user, channel)?;
            permission::may_read(&place.standing)?;
            let unknown = || Failure::from(Error::not_found("message"));
            let found = db
                .prepare_cached(&sql)?
                .query_row([Id::from(message)], |row| chat_message(channel, row))
                .optional()?
                .filter(|(pos, _)| channel_no_of(*pos) == place.no);
            match found {
                Some(row) => complete(db, vec![row])?.pop().ok_or_else(unknown),
                None => Err(unknown()),
            }
        };
        self.read(read).await
    }

    /// Every text that a message had, the first one first; none once it is deleted.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn versions(
        &self,
        user: UserId,
        channel: ChannelId,
        message: MessageId,
    ) -> Result<Versions> {
        self.read(move |db| versions(db, user, channel, message)).await
    }
}
