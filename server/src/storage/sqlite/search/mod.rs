//! Finding messages, newest first, among those that who asks may read. What a search asks for is
//! read in `domain/search`; the index is kept by `index.rs`.
//!
//! The index hands hits over one by one, from the newest on, so that a page costs about the same
//! whatever there is. What would need more than that is first tried on the newest hits by looking at
//! each, and in full only if that does not fill the page.

mod expression;
mod index;
mod rebuilding;
mod resolving;

pub(super) use index::{Entry, enter, enter_places, remove, remove_channel, terms_at};
pub(super) use rebuilding::{complete, forget};

use super::Storage;
use super::folding::in_place;
use super::rows::{Failure, channel_no_of};
use crate::domain::search::marks::marked;
use crate::domain::search::query::{Facet, Query};
use crate::domain::search::words::{Pattern, words};
use crate::error::{Error, Result};
use expression::{Begun, any, begun, exact, rough, term};
use index::{channel_term, doc_at};
use resolving::Among;
use rusqlite::Connection;
use shared::api::messages::{ListedMessage, MessageList};
use shared::{ChannelId, UserId};

/// Channels up to which each is asked for by the index; hits in more are looked at one by one.
const CHANNELS_ASKED_MAX: usize = 32;
/// Hits that are looked at for their channel until the index is asked for each channel after all.
const LOOKED_AT_MAX: usize = 20_000;
/// Texts that are looked at for the beginning of a word until the index is asked which words begin
/// so, and, if there are many, for the beginning itself after all.
const GLANCE_MAX: usize = 250;
const READ_MAX: usize = 1_500;

/// What is searched, for whom and how much of it.
#[derive(Debug)]
pub struct Search {
    /// Who asks.
    pub user_id: UserId,
    /// What for.
    pub query: Query,
    /// In this channel alone.
    pub channel_id: Option<ChannelId>,
    /// By this author alone.
    pub from: Option<Facet>,
    /// What the last page told for this one.
    pub before: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

impl Storage {
    /// Searches, newest first, in the channels that the user may read. Each message comes with the
    /// part of its text that shows its hits.
    ///
    /// # Errors
    /// `not_found` for a channel, `storage_unavailable`.
    pub async fn search(&self, search: Search) -> Result<MessageList> {
        let _turn = self.searches.acquire().await.map_err(|_| Error::draining())?;
        self.read(move |db| run(db, &search)).await
    }
}

fn run(db: &Connection, search: &Search) -> Result<MessageList, Failure> {
    let mut hits = hits(db, search, Effort::Glance)?;
    let more = hits.len() > search.limit;
    hits.truncate(search.limit);
    let before = hits.last().filter(|_| more).map(|hit| hit.doc.cast_unsigned());
    let items = hits.iter().map(|hit| {
        let message = in_place(db, hit.pos)?;
        let names = message.attachments.iter().map(|file| file.filename.as_str());
        let text: Vec<&str> = std::iter::once(message.message.as_str()).chain(names).collect();
        let marked = Some(marked(text.join(" ").trim(), &search.query.wanted));
        Ok(ListedMessage { message, marked, unread: None })
    });
    Ok(MessageList { items: items.collect::<rusqlite::Result<_>>()?, before })
}

/// The newest hits, one more than the page holds if there are so many: with so little effort, or
/// more if that does not do.
fn hits(db: &Connection, search: &Search, effort: Effort) -> Result<Vec<Hit>, Failure> {
    let Some(among) = resolving::among(db, search)? else { return Ok(Vec::new()) };
    let Some(mut plan) = Plan::new(search, among) else { return Ok(Vec::new()) };
    for effort in Effort::EACH.into_iter().filter(|each| *each >= effort) {
        if effort == Effort::Little && !plan.ask_for_endings(db)? {
            return Ok(Vec::new());
        }
        if let Some(hits) = plan.hits(db, effort)? {
            return Ok(hits);
        }
    }
    Ok(Vec::new())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effort {
    /// A look at the newest texts for words that are only begun.
    Glance,
    /// Up to all the bounds above.
    Little,
    /// Whatever it takes.
    All,
}

impl Effort {
    const EACH: [Self; 3] = [Self::Glance, Self::Little, Self::All];

    /// Texts that may be read.
    fn reads(self) -> usize {
        match self {
            Self::Glance => GLANCE_MAX,
            Self::Little | Self::All => READ_MAX,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Hit {
    doc: i64,
    pos: i64,
}

/// How a search is run.
struct Plan<'s> {
    among: Among,
    /// What the index can be asked for exactly.
    exact: Vec<String>,
    /// Patterns whose last word is only begun, which it can be asked for exactly, but slowly.
    begun: Vec<&'s Pattern>,
    /// What must not be.
    unwanted: Vec<String>,
    /// The docs of the page, both included.
    docs: (i64, i64),
    /// One hit more than the page holds, to know whether there is another page.
    enough: usize,
}

impl<'s> Plan<'s> {
    /// None when there can't be any hit.
    fn new(search: &'s Search, among: Among) -> Option<Self> {
        let query = &search.query;
        let mut docs = match &query.sent {
            Some(sent) => (doc_at(sent.start), doc_at(sent.end) - 1),
            None => (0, i64::MAX),
        };
        if let Some(before) = search.before {
            docs.1 = docs.1.min(i64::try_from(before).unwrap_or(i64::MAX).saturating_sub(1));
        }
        let (begun, whole): (Vec<_>, Vec<_>) =
            query.wanted.iter().partition(|pattern| pattern.prefix);
        let mut wanted = among.wanted.clone();
        wanted.extend(whole.into_iter().map(exact));
        let mut unwanted = among.unwanted.clone();
        unwanted.extend(query.unwanted.iter().map(exact));
        let enough = search.limit + 1;
        let plan = Self { among, exact: wanted, begun, unwanted, docs, enough };
        (plan.docs.0 <= plan.docs.1).then_some(plan)
    }

    /// Asks the index which words begin as some that are looked for, so that few are asked for
    /// exactly; whether there can be any hit.
    fn ask_for_endings(&mut self, db: &Connection) -> rusqlite::Result<bool> {
        for pattern in std::mem::take(&mut self.begun) {
            match begun(db, pattern)? {
                Begun::Few(expression) => self.exact.push(expression),
                Begun::Many => self.begun.push(pattern),
                Begun::Nowhere => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The newest hits; None when more effort is needed to say.
    fn hits(&self, db: &Connection, effort: Effort) -> rusqlite::Result<Option<Vec<Hit>>> {
        let all = effort == Effort::All;
        let mut wanted = self.exact.clone();
        if all || self.among.channels.len() <= CHANNELS_ASKED_MAX {
            let channels = self.among.channels.iter();
            let terms: Vec<String> = channels.map(|no| term(&channel_term(*no))).collect();
            wanted.push(any(&terms));
        }
        for pattern in &self.begun {
            wanted.extend(if all { Some(exact(pattern)) } else { rough(pattern) });
        }
        let (from, to) = self.docs;
        if wanted.is_empty() {
            if !self.unwanted.is_empty() {
                return Ok(None);
            }
            let mut query = db.prepare_cached(
                "SELECT doc, pos FROM search_docs WHERE doc BETWEEN ?1 AND ?2 ORDER BY doc DESC",
            )?;
            return self.gather(db, query.query((from, to))?, effort);
        }
        let mut expression = wanted.join(" AND ");
        if !self.unwanted.is_empty() {
            expression = format!("({expression}) NOT {}", any(&self.unwanted));
        }
        let mut query = db.prepare_cached(
            "SELECT s.rowid, d.pos FROM search s CROSS JOIN search_docs d ON d.doc = s.rowid
             WHERE s.search MATCH ?3 AND s.rowid BETWEEN ?1 AND ?2 ORDER BY s.rowid DESC",
        )?;
        self.gather(db, query.query((from, to, expression))?, effort)
    }

    /// Takes hits until there are enough. Without all effort, it may end before.
    fn gather(
        &self,
        db: &Connection,
        mut rows: rusqlite::Rows<'_>,
        effort: Effort,
    ) -> rusqlite::Result<Option<Vec<Hit>>> {
        let all = effort == Effort::All;
        let mut text =
            db.prepare_cached(
            "SELECT coalesce(edited, message) || coalesce((SELECT ' ' || group_concat(filename, ' ')
                FROM uploads WHERE uploads.pos = messages.pos), '')
             FROM messages WHERE pos = ?1",
        )?;
        let (mut hits, mut looked_at, mut read) = (Vec::new(), 0, 0);
        while let Some(row) = rows.next()? {
            let hit = Hit { doc: row.get(0)?, pos: row.get(1)? };
            looked_at += 1;
            // Whatever the index was asked for, nothing else than these is ever told.
            if self.among.channels.contains(&channel_no_of(hit.pos).0) {
                let holds_all = all || self.begun.is_empty() || {
                    read += 1;
                    let text: String = text.query_row([hit.pos], |row| row.get(0))?;
                    let words = words(&text);
                    self.begun.iter().all(|pattern| pattern.is_in(&words))
                };
                if holds_all {
                    hits.push(hit);
                }
            }
            if hits.len() >= self.enough {
                break;
            }
            if !all && (looked_at >= LOOKED_AT_MAX || read >= effort.reads()) {
                return Ok(None);
            }
        }
        Ok(Some(hits))
    }
}

#[cfg(test)]
mod tests;
