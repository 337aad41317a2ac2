//! `/admin/log`: what was written down of accounts, rights and the server, newest first. For the
//! owner.

use super::layout::Frame;
use super::parts::{options, when};
use super::{Fields, Keeper, Notice, OwnerOnly, page};
use crate::actions::audit::Wanted;
use crate::actions::{accounts, audit, channels, people};
use crate::domain::identity::name_key;
use crate::error::{Error, Result};
use crate::storage::people::Person;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::audit::{Act, AuditEntry, AuditPage};
use shared::{ChannelId, ErrorCode, UserId, paths};
use std::collections::HashMap;

/// What the page shows.
struct Found {
    log: AuditPage,
    people: HashMap<UserId, Person>,
    rooms: HashMap<ChannelId, String>,
}

/// The page.
pub async fn show(OwnerOnly(keeper): OwnerOnly) -> Response {
    let (wanted, refused) = match wanted(&keeper).await {
        Ok(wanted) => (wanted, None),
        Err(error) if error.code == ErrorCode::Invalid => (Wanted::default(), Some(error)),
        Err(error) => return error.into_response(),
    };
    let found = match load(&keeper, wanted).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let frame = Frame::administration(
        &keeper,
        paths::desk::ADMIN_LOG,
        "Log",
        "What was done with accounts, rights and the server. Nobody can change a line of it.",
        refused.map(Notice::Wrong),
    );
    let query = keeper.query.clone();
    page(frame, move || content(found, &query))
}

/// What the query asks for.
async fn wanted(keeper: &Keeper) -> Result<Wanted> {
    let query = &keeper.query;
    let act = match query.text("act") {
        "" => None,
        word => {
            let known = Act::ALL.iter().find(|act| act.as_str() == word);
            Some(*known.ok_or_else(|| Error::invalid("act", "is none that is written down"))?)
        }
    };
    let user_id = match query.text("who") {
        "" => None,
        name => Some(who(keeper, name).await?),
    };
    Ok(Wanted { before: query.value("before")?, limit: None, act, user_id })
}

/// The user of this name, with or without the `@`.
async fn who(keeper: &Keeper, name: &str) -> Result<UserId> {
    let name = name.trim_start_matches('@');
    let key = name_key(name);
    let found = accounts::users(&keeper.app, keeper.caller, name, None).await?.users;
    let found = found.into_iter().find(|user| name_key(&user.username) == key);
    let nobody = || Error::invalid("who", "must be a user name, as it stands after the @");
    found.map(|user| user.user_id).ok_or_else(nobody)
}

async fn load(keeper: &Keeper, wanted: Wanted) -> Result<Found> {
    let (app, caller) = (&keeper.app, keeper.caller);
    let log = audit::page(app, caller, wanted).await?;
    let ids = log.entries.iter().flat_map(|line| [line.by, line.user_id]).flatten().collect();
    let people = people::named(app, caller, ids).await?;
    // Names of other channels are not the reader's to know.
    let mine = channels::mine(app, caller).await?.channels;
    let rooms = mine.into_iter().filter_map(|room| room.name.map(|name| (room.channel_id, name)));
    Ok(Found { log, people, rooms: rooms.collect() })
}

fn content(found: Found, query: &Fields) -> AnyView {
    let Found { log, people, rooms } = found;
    let AuditPage { entries, before } = log;
    let acts = Act::ALL.iter().map(|act| (act.as_str().to_owned(), words(*act)));
    let acts = std::iter::once((String::new(), "Everything".to_owned())).chain(acts).collect();
    let chosen = query.text("act").to_owned();
    let name = query.text("who").to_owned();
    let newest = !query.text("before").is_empty();
    let way = |before: &str, text: &'static str, rel: &'static str| {
        let href = [paths::desk::ADMIN_LOG, &query.query_with(&[("before", before)])].concat();
        view! { <a class="soft small" href=href rel=rel>{text}</a> }
    };
    let older = before.map(|before| way(&before.to_string(), "Older", "next"));
    let newest = newest.then(|| way("", "Newest", "prev"));
    let rows: Vec<_> = entries.into_iter().map(|line| row(line, &people, &rooms)).collect();
    let lines = if rows.is_empty() {
        view! { <p class="none">"There is no such line."</p> }.into_any()
    } else {
        view! {
            <table role="table">
                <caption class="visually-hidden">"What was done, newest first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"When (UTC)"</th>
                        <th role="columnheader" scope="col">"Who"</th>
                        <th role="columnheader" scope="col">"What"</th>
                        <th role="columnheader" scope="col">"Whom"</th>
                        <th role="columnheader" scope="col">"More"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <form class="find" method="get" action=paths::desk::ADMIN_LOG aria-label="Which lines">
            <label class="fieldset">"What"<select name="act">{options(acts, &chosen)}</select></label>
            <label class="fieldset">
                "By or with"
                <input
                    type="search"
                    name="who"
                    value=name
                    maxlength="65"
                    placeholder="user name"
                    autocomplete="off"
                />
            </label>
            <button class="soft">"Show"</button>
            <a class="link alone" href=paths::AUDIT_EXPORT download="audit.jsonl">
                "All of it as JSON Lines"
            </a>
        </form>
        <div class="lines">{lines}</div>
        <nav class="pages" aria-label="Pages">{newest} {older}</nav>
    }.into_any()
}

fn row(
    line: AuditEntry,
    people: &HashMap<UserId, Person>,
    rooms: &HashMap<ChannelId, String>,
) -> AnyView {
    let name = |id: UserId| people.get(&id).map_or("Somebody", |found| &found.display_name);
    let by = line.by.map_or("The server", name).to_owned();
    let whom = line.user_id.map(|id| name(id).to_owned()).unwrap_or_default();
    let room = line.channel_id.map(|id| match rooms.get(&id) {
        Some(name) => format!("in {name}"),
        None => "in a channel".to_owned(),
    });
    let detail = Some(line.detail).filter(|detail| !detail.is_empty());
    let more = [detail, room].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let class = |text: &str| if text.is_empty() { "nothing" } else { "" };
    let (whom_class, more_class) = (class(&whom), class(&more));
    view! {
        <tr role="row">
            <td role="cell">{when(line.at)}</td>
            <td role="cell" data-label="Who">{by}</td>
            <td role="cell" data-label="What"><strong>{words(line.act)}</strong></td>
            <td role="cell" class=whom_class data-label="Whom">{whom}</td>
            <td role="cell" class=more_class data-label="More">{more}</td>
        </tr>
    }
    .into_any()
}

/// An act's word, as people write it.
fn words(act: Act) -> String {
    let word = act.as_str().replace('_', " ");
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
