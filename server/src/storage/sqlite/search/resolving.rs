//! Whom and what the names in a search mean to who asks, and which channels it is about. A name that
//! means nothing and one that means what one may not read find alike: nothing.

use super::super::rows::{Failure, Id, place};
use super::Search;
use super::expression::{any, term};
use super::index::{author_term, content_term};
use crate::domain::identity::name_key;
use crate::domain::permission;
use crate::domain::search::query::Facet;
use rusqlite::Connection;
use shared::UserId;
use std::collections::HashSet;
use uuid::Uuid;

/// Among which messages is searched.
#[derive(Debug)]
pub(super) struct Among {
    /// The numbers of the channels: one or more, each of which who asks may read.
    pub channels: HashSet<i64>,
    /// What else must be so, in the language of the index.
    pub wanted: Vec<String>,
    /// What must not be so.
    pub unwanted: Vec<String>,
}

/// Among which messages a search is; None when there are none.
pub(super) fn among(db: &Connection, search: &Search) -> Result<Option<Among>, Failure> {
    let mut channels = match search.channel_id {
        Some(channel) => {
            let place = place(db, search.user_id, channel)?;
            permission::may_read(&place.standing)?;
            HashSet::from([place.no.0])
        }
        None => readable(db, search.user_id)?,
    };
    // Several names of the same operator ask for any of them.
    let (mut of_name, mut by) = (None::<HashSet<i64>>, None::<Vec<String>>);
    let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
    for filter in &search.query.filters {
        match &filter.of {
            Facet::In(name) => {
                let called = called(db, &channels, name)?;
                if filter.not {
                    channels.retain(|no| !called.contains(no));
                } else {
                    of_name.get_or_insert_default().extend(called);
                }
            }
            Facet::FromMe | Facet::From(_) => {
                let authors = authors(db, search.user_id, &filter.of)?;
                if filter.not {
                    unwanted.extend(authors);
                } else {
                    by.get_or_insert_default().extend(authors);
                }
            }
            Facet::Has(content) => {
                let these = if filter.not { &mut unwanted } else { &mut wanted };
                these.push(term(content_term(*content)));
            }
        }
    }
    if let Some(of_name) = of_name {
        channels.retain(|no| of_name.contains(no));
    }
    let asked = search.from.as_ref().map(|of| authors(db, search.user_id, of)).transpose()?;
    for authors in [by, asked].into_iter().flatten() {
        if authors.is_empty() {
            return Ok(None);
        }
        wanted.push(any(&authors));
    }
    Ok((!channels.is_empty()).then_some(Among { channels, wanted, unwanted }))
}

/// The channels of a user, which are those that [`permission::may_read`] lets one read.
fn readable(db: &Connection, user: UserId) -> rusqlite::Result<HashSet<i64>> {
    let mut query = db.prepare_cached("SELECT channel_no FROM members WHERE user_id = ?1")?;
    query.query_map([Id::from(user)], |row| row.get(0))?.collect()
}

/// Which of these channels have a name.
fn called(db: &Connection, channels: &HashSet<i64>, name: &str) -> rusqlite::Result<HashSet<i64>> {
    let key = name_key(name);
    let mut query = db.prepare_cached("SELECT name FROM channels WHERE no = ?1")?;
    let mut called = HashSet::new();
    for no in channels {
        let its: Option<String> = query.query_row([no], |row| row.get(0))?;
        if its.is_some_and(|its| name_key(&its) == key) {
            called.insert(*no);
        }
    }
    Ok(called)
}

/// The terms of everyone whom a facet means: oneself, or by user name, shown name or id.
fn authors(db: &Connection, me: UserId, of: &Facet) -> rusqlite::Result<Vec<String>> {
    let Facet::From(name) = of else { return Ok(vec![term(&author_term(me.into()))]) };
    if let Ok(id) = Uuid::try_parse(name) {
        return Ok(vec![term(&author_term(Id(id)))]);
    }
    let mut query = db.prepare_cached(
        "SELECT user_id FROM users WHERE name_key = ?1 OR display_key = ?1 LIMIT 100",
    )?;
    let found = query.query_map([name_key(name)], |row| row.get::<_, Id>(0))?;
    found.map(|id| Ok(term(&author_term(id?)))).collect()
}
