//! `/admin/invites`: making invites, the links of those that hold, and taking them back.

use super::layout::{Frame, role_name};
use super::parts::{about, act, checks, days, when};
use super::people::role;
use super::{Fields, Keeper, Notice, Outcome, back, noticed, page, unknown_act};
use crate::actions::{channels, invites, people};
use crate::error::Result;
use crate::storage::people::Person;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::invites::{CreateInvite, Invite};
use shared::{ChannelId, UserId, paths};
use std::collections::HashMap;

const SENTENCES: &[(&str, &str)] = &[
    ("made", "The invite is made. Its link is the first of the list."),
    ("revoked", "The invite is taken back. Who came in with it stays."),
];

/// The page.
pub async fn show(keeper: Keeper) -> Response {
    let notice = noticed(&keeper.query, SENTENCES);
    render(&keeper, notice).await
}

/// One of its forms.
pub async fn change(keeper: Keeper, fields: Fields) -> Response {
    match perform(&keeper, &fields).await {
        Ok(Outcome::Done(word)) => back(paths::desk::ADMIN_INVITES, &keeper.query, word),
        Ok(Outcome::Told(secret)) => render(&keeper, Some(Notice::Told(secret))).await,
        Err(error) => render(&keeper, Some(Notice::Wrong(error))).await,
    }
}

async fn perform(keeper: &Keeper, fields: &Fields) -> Result<Outcome> {
    let (app, caller) = (&keeper.app, keeper.caller);
    match fields.text("act") {
        "create" => {
            let request = CreateInvite {
                expires_in_seconds: days(fields)?,
                uses: fields.value("uses")?,
                role: Some(role(fields.text("role"))?),
                channel_ids: fields.all("channel")?,
            };
            invites::create(app, caller, request).await?;
            Ok(Outcome::Done("made"))
        }
        "revoke" => {
            invites::revoke(app, caller, fields.text("code").to_owned()).await?;
            Ok(Outcome::Done("revoked"))
        }
        _ => Err(unknown_act()),
    }
}

/// What the page shows.
struct Found {
    invites: Vec<Invite>,
    makers: HashMap<UserId, Person>,
    rooms: Vec<(ChannelId, String)>,
}

async fn load(keeper: &Keeper) -> Result<Found> {
    let (app, caller) = (&keeper.app, keeper.caller);
    let invites = invites::list(app, caller).await?.invites;
    let makers = invites.iter().filter_map(|invite| invite.created_by).collect();
    let makers = people::named(app, caller, makers).await?;
    let mine = channels::mine(app, caller).await?.channels;
    let named = mine.into_iter().filter_map(|room| room.name.map(|name| (room.channel_id, name)));
    let mut rooms: Vec<_> = named.collect();
    rooms.sort_by_cached_key(|(_, name)| name.to_lowercase());
    Ok(Found { invites, makers, rooms })
}

async fn render(keeper: &Keeper, notice: Option<Notice>) -> Response {
    let found = match load(keeper).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let frame = Frame::administration(
        keeper,
        paths::desk::ADMIN_INVITES,
        "Invites",
        "Links with which people make themselves an account. Whoever has one can use it.",
        notice,
    );
    let origin = keeper.origin.clone();
    page(frame, move || content(found, &origin))
}

fn content(found: Found, origin: &str) -> AnyView {
    let Found { invites, makers, rooms } = found;
    let names: HashMap<_, _> = rooms.iter().cloned().collect();
    let rooms = rooms.into_iter().map(|(id, name)| (id.to_string(), name, false)).collect();
    let rows: Vec<_> =
        invites.into_iter().map(|invite| row(invite, origin, &makers, &names)).collect();
    let list = if rows.is_empty() {
        view! { <p class="none">"No invite holds now."</p> }.into_any()
    } else {
        view! {
            <table role="table">
                <caption class="visually-hidden">"Invites"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Link"</th>
                        <th role="columnheader" scope="col">"Made by"</th>
                        <th role="columnheader" scope="col">"They become"</th>
                        <th role="columnheader" scope="col">"Used"</th>
                        <th role="columnheader" scope="col">"Until (UTC)"</th>
                        <th role="columnheader" scope="col">
                            <span class="visually-hidden">"What to do"</span>
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <form class="card" method="post" aria-label="A new invite">
            {act("create")}
            <div class="fields">
                <label class="fieldset">
                    "Holds for days"
                    <input type="number" name="days" value="7" min="1" max="365" required/>
                </label>
                <label class="fieldset">
                    <span>"Uses " <em>"any number if empty"</em></span>
                    <input type="number" name="uses" min="1" max="10000"/>
                </label>
                <label class="fieldset">
                    "They become"
                    <select name="role">
                        <option value="member">"Member"</option>
                        <option value="guest">"Guest"</option>
                    </select>
                </label>
            </div>
            {checks("Channels they are in at once", "channel", rooms)}
            <div class="fields"><button class="primary">"Make an invite"</button></div>
        </form>
        <section>
            <h2>"Invites that hold"</h2>
            {list}
        </section>
    }
    .into_any()
}

fn row(
    invite: Invite,
    origin: &str,
    makers: &HashMap<UserId, Person>,
    names: &HashMap<ChannelId, String>,
) -> AnyView {
    let by = match invite.created_by {
        None => "The server".to_owned(),
        Some(id) => makers.get(&id).map_or("Somebody", |person| &person.display_name).to_owned(),
    };
    let used = match invite.uses {
        Some(uses) => format!("{} of {uses}", invite.used_count),
        None => invite.used_count.to_string(),
    };
    let rooms: Vec<_> = invite
        .channel_ids
        .iter()
        .map(|id| names.get(id).map_or("a channel that you are not in", String::as_str))
        .collect();
    let rooms = (!rooms.is_empty()).then(|| format!("in {}", rooms.join(", ")));
    let link = [origin, &invite.url].concat();
    let label = format!("Link of the invite by {by}");
    let until = match invite.expires_at {
        Some(at) => when(at).into_any(),
        None => "without an end".into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell" class="wide">
                <input type="text" readonly value=link aria-label=label/>
                {rooms.map(|rooms| view! { <small>{rooms}</small> })}
            </td>
            <td role="cell" data-label="Made by">{by}</td>
            <td role="cell" data-label="They become">{role_name(invite.role)}</td>
            <td role="cell" data-label="Used">{used}</td>
            <td role="cell" data-label="Until">{until}</td>
            <td role="cell" class="acts">
                <form method="post">
                    {act("revoke")} {about("code", invite.code)}
                    <button class="quiet danger small">"Take back"</button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
