//! Keeping the index: messages come in as they take their place, and go out as they are edited or
//! deleted, within the same transaction.

use super::super::posts::{WITH_FILES, WITH_IMAGES};
use super::super::rows::{ChannelNo, Id, channel_no_of, seq_of};
use crate::domain::search::query::Content;
use crate::domain::search::words;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::HashMap;

/// Bits of a doc below the milliseconds: a thousand messages find room in each. Docs stay below 2⁵³
/// until the year 2248, so that programs which read numbers as floating point can hand them back.
const DOC_BITS: u32 = 10;
/// Docs that are tried one by one until it is remembered that there is no room around them.
const TRIED_MAX: u32 = 32;

/// A message as it enters the index.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Entry<'a> {
    pub pos: i64,
    pub author: Id,
    /// Milliseconds since 1970.
    pub sent_at: i64,
    /// The text as it stands now.
    pub text: &'a str,
    /// `messages.flags`.
    pub flags: i64,
}

/// The first doc of a millisecond.
pub(super) fn doc_at(sent_at: i64) -> i64 {
    sent_at.clamp(0, i64::MAX >> (DOC_BITS + 2)) << DOC_BITS
}

/// The doc from which on a message takes the first that is free. It tells of the channel's id and the
/// seq, which who finds the message knows, and not how many others came at the same time; and it
/// keeps channels apart that count in step.
fn first_doc(sent_at: i64, pos: i64, of_channel: i64) -> i64 {
    doc_at(sent_at) | ((of_channel + seq_of(pos).cast_signed()) & ((1 << DOC_BITS) - 1))
}

/// What sets the docs of a channel apart: the end of its id.
fn of_channel(db: &Connection, no: ChannelNo) -> rusqlite::Result<i64> {
    let id: Option<Id> = db
        .prepare_cached("SELECT channel_id FROM channels WHERE no = ?1")?
        .query_row([no.0], |row| row.get(0))
        .optional()?;
    Ok(id.map_or(0, |id| i64::from(id.0.as_u128() as u16)))
}

/// The doc of the message before this one in its channel, if both are of the same millisecond.
fn doc_before(
    db: &Connection,
    entry: &Entry<'_>,
    of_channel: i64,
) -> rusqlite::Result<Option<i64>> {
    let before: Option<(i64, i64)> = db
        .prepare_cached(
            "SELECT pos, sent_at FROM messages WHERE pos >= ?1 AND pos < ?2 AND deleted_at IS NULL
             ORDER BY pos DESC LIMIT 1",
        )?
        .query_row((channel_no_of(entry.pos).pos(0), entry.pos), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    match before {
        Some((pos, sent_at)) if doc_at(sent_at) == doc_at(entry.sent_at) => {
            doc_of(db, first_doc(sent_at, pos, of_channel), pos).optional()
        }
        _ => Ok(None),
    }
}

/// The doc of the message in a place, given the first that it can be.
fn doc_of(db: &Connection, first: i64, pos: i64) -> rusqlite::Result<i64> {
    db.prepare_cached("SELECT doc FROM search_docs WHERE doc >= ?1 AND pos = ?2 LIMIT 1")?
        .query_row((first, pos), |row| row.get(0))
}

/// Enters messages that are in their place and not in the index. Those of a channel come one after
/// the other, ascending, so that they keep their order within a millisecond, too.
pub(in super::super) fn enter(db: &Connection, entries: &[Entry<'_>]) -> rusqlite::Result<()> {
    let mut take =
        db.prepare_cached("INSERT OR IGNORE INTO search_docs (doc, pos) VALUES (?1, ?2)")?;
    let mut docs = Vec::with_capacity(entries.len());
    // Where to go on in milliseconds that are full.
    let mut room: HashMap<i64, i64> = HashMap::new();
    for of_one in entries.chunk_by(|a, b| channel_no_of(a.pos) == channel_no_of(b.pos)) {
        let Some(first) = of_one.first() else { continue };
        let of_channel = of_channel(db, channel_no_of(first.pos))?;
        let mut last = doc_before(db, first, of_channel)?.unwrap_or(i64::MIN);
        for entry in of_one {
            let mut doc = first_doc(entry.sent_at, entry.pos, of_channel);
            // The one before was sent in the same millisecond and had to move on, or the seq begins
            // anew in the number. (Much further back, the clock was set.)
            if (0..4 << DOC_BITS).contains(&(last.saturating_sub(doc))) {
                doc = last + 1;
            }
            let (moment, mut tried) = (doc >> DOC_BITS, 0);
            while take.execute((doc, entry.pos))? == 0 {
                let next = room.get(&moment).copied().filter(|_| tried == 0);
                doc = next.unwrap_or(0).max(doc + 1);
                tried += 1;
            }
            if tried > TRIED_MAX || (tried > 0 && room.contains_key(&moment)) {
                room.insert(moment, doc + 1);
            }
            last = doc;
            docs.push((doc, entry));
        }
    }
    // In any other order, the index would begin a new part of itself for each.
    docs.sort_unstable_by_key(|(doc, _)| *doc);
    let mut insert = db.prepare_cached("INSERT INTO search (rowid, terms) VALUES (?1, ?2)")?;
    for (doc, entry) in docs {
        insert.execute((doc, terms(db, entry)?))?;
    }
    Ok(())
}

/// Enters the messages in these places, as they stand now. Deleted ones and places without a
/// message are passed over.
pub(in super::super) fn enter_places(db: &Connection, places: &[i64]) -> rusqlite::Result<()> {
    let mut places = places.to_vec();
    places.sort_unstable();
    let mut found = Vec::with_capacity(places.len());
    for pos in places {
        found.extend(stored(db, pos)?.map(|message| (pos, message)));
    }
    let entries: Vec<Entry<'_>> = found.iter().map(|(pos, stored)| stored.entry(*pos)).collect();
    enter(db, &entries)
}

/// Takes a message out. To be called before anything of it is changed: what is taken out is what
/// would be entered now.
pub(in super::super) fn remove(db: &Connection, pos: i64) -> rusqlite::Result<()> {
    let Some(stored) = stored(db, pos)? else { return Ok(()) };
    let entry = stored.entry(pos);
    let first = first_doc(entry.sent_at, pos, of_channel(db, channel_no_of(pos))?);
    let doc = doc_of(db, first, pos)?;
    remove_doc(db, doc, &entry)
}

/// Takes all messages of a channel out, before they are deleted.
pub(in super::super) fn remove_channel(db: &Connection, no: i64) -> rusqlite::Result<()> {
    let mut query =
        db.prepare_cached("SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rowid")?;
    let docs = query.query_map([format!("\"{}\"", channel_term(no))], |row| row.get(0))?;
    let docs = docs.collect::<rusqlite::Result<Vec<i64>>>()?;
    let mut place = db.prepare_cached("SELECT pos FROM search_docs WHERE doc = ?1")?;
    for doc in docs {
        let pos: i64 = place.query_row([doc], |row| row.get(0))?;
        if let Some(stored) = stored(db, pos)? {
            remove_doc(db, doc, &stored.entry(pos))?;
        }
    }
    Ok(())
}

fn remove_doc(db: &Connection, doc: i64, entry: &Entry<'_>) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT INTO search (search, rowid, terms) VALUES ('delete', ?1, ?2)")?
        .execute((doc, terms(db, entry)?))?;
    db.prepare_cached("DELETE FROM search_docs WHERE doc = ?1")?.execute([doc]).map(drop)
}

/// What the index needs of a message's row.
pub(super) struct Stored {
    pub author: Id,
    pub sent_at: i64,
    pub text: String,
    pub flags: i64,
}

impl Stored {
    pub(super) fn entry(&self, pos: i64) -> Entry<'_> {
        let Self { author, sent_at, flags, .. } = *self;
        Entry { pos, author, sent_at, text: &self.text, flags }
    }
}

/// The message in a place; None if it is deleted.
fn stored(db: &Connection, pos: i64) -> rusqlite::Result<Option<Stored>> {
    db.prepare_cached(
        "SELECT user_id, sent_at, coalesce(edited, message), flags FROM messages
         WHERE pos = ?1 AND deleted_at IS NULL",
    )?
    .query_row([pos], |row| {
        let (author, sent_at) = (row.get(0)?, row.get(1)?);
        Ok(Stored { author, sent_at, text: row.get(2)?, flags: row.get(3)? })
    })
    .optional()
}

/// Everything that the message in a place should be found by; None if it is deleted.
pub(in super::super) fn terms_at(db: &Connection, pos: i64) -> rusqlite::Result<Option<String>> {
    stored(db, pos)?.map(|stored| terms(db, &stored.entry(pos))).transpose()
}

/// Everything that a message is found by, with blanks between.
fn terms(db: &Connection, entry: &Entry<'_>) -> rusqlite::Result<String> {
    let mut terms = String::with_capacity(64 + entry.text.len() + entry.text.len() / 4);
    terms.push_str(&channel_term(channel_no_of(entry.pos).0));
    terms.push(' ');
    terms.push_str(&author_term(entry.author));
    for content in contents(entry) {
        terms.push(' ');
        terms.push_str(content_term(content));
    }
    let names = filenames(db, entry)?;
    for text in std::iter::once(entry.text).chain(names.iter().map(String::as_str)) {
        words::each(text, |word, _, _| {
            terms.push(' ');
            terms.push_str(word);
        });
    }
    Ok(terms)
}

/// What a message holds beside its words.
fn contents(entry: &Entry<'_>) -> Vec<Content> {
    let holds = [
        (Content::Link, words::holds_link(entry.text)),
        (Content::Code, words::holds_code(entry.text)),
        (Content::File, entry.flags & WITH_FILES != 0),
        (Content::Image, entry.flags & WITH_IMAGES != 0),
    ];
    holds.into_iter().filter(|(_, holds)| *holds).map(|(content, _)| content).collect()
}

/// The names of a message's files. They must not change while it is in the index: remove it, change
/// them, enter it again.
fn filenames(db: &Connection, entry: &Entry<'_>) -> rusqlite::Result<Vec<String>> {
    if entry.flags & WITH_FILES == 0 {
        return Ok(Vec::new());
    }
    let mut query =
        db.prepare_cached("SELECT filename FROM uploads WHERE pos = ?1 ORDER BY position")?;
    query.query_map([entry.pos], |row| row.get(0))?.collect()
}

pub(super) fn channel_term(no: i64) -> String {
    format!("#c{no}")
}

pub(super) fn author_term(author: Id) -> String {
    format!("#u{}", author.0.simple())
}

pub(super) fn content_term(content: Content) -> &'static str {
    match content {
        Content::Link => "#link",
        Content::Code => "#code",
        Content::Image => "#image",
        Content::File => "#file",
    }
}
