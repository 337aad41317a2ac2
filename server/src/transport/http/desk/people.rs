//! `/admin`: everybody on the server, their roles, accounts out of use, links to a new password, and
//! handing the server over.

use super::layout::{Frame, role_name};
use super::parts::{about, act, named, options, pages, panel, when};
use super::{Fields, Keeper, Notice, Outcome, Secret, back, noticed, page, unknown_act};
use crate::actions::{people, resets, roles};
use crate::domain::permission;
use crate::error::{Error, Result};
use crate::storage::people::{People, Person};
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::rights::HandOver;
use shared::limits::PEOPLE_PAGE;
use shared::{Role, UserId, paths};

const SENTENCES: &[(&str, &str)] = &[
    ("role", "The role is changed. It holds from their next step on."),
    ("deactivated", "The account is out of use, and logged out everywhere."),
    ("reactivated", "The account is in use again."),
    ("handed-over", "The server has a new owner. You are an admin now."),
];

/// The page.
pub async fn show(keeper: Keeper) -> Response {
    let notice = noticed(&keeper.query, SENTENCES);
    render(&keeper, notice).await
}

/// One of its forms.
pub async fn change(keeper: Keeper, fields: Fields) -> Response {
    match perform(&keeper, &fields).await {
        Ok(Outcome::Done(word)) => back(paths::desk::ADMIN, &keeper.query, word),
        Ok(Outcome::Told(secret)) => render(&keeper, Some(Notice::Told(secret))).await,
        Err(error) => render(&keeper, Some(Notice::Wrong(error))).await,
    }
}

async fn perform(keeper: &Keeper, fields: &Fields) -> Result<Outcome> {
    let (app, caller) = (&keeper.app, keeper.caller);
    let user: UserId = fields.needed("user")?;
    match fields.text("act") {
        "role" => {
            roles::set(app, caller, user, role(fields.text("role"))?).await?;
            Ok(Outcome::Done("role"))
        }
        "deactivate" => {
            roles::deactivate(app, caller, user).await?;
            Ok(Outcome::Done("deactivated"))
        }
        "reactivate" => {
            roles::reactivate(app, caller, user).await?;
            Ok(Outcome::Done("reactivated"))
        }
        "reset" => {
            let reset = resets::create(app, caller, user).await?;
            let whose = people::named(app, caller, vec![user]).await?;
            let whose = whose.get(&user).map_or("them", |person| &person.display_name).to_owned();
            Ok(Outcome::Told(Secret {
                title: format!("Link to a new password for {whose}"),
                hint: "Give it to them alone. It is shown this once, works once and holds for a day.",
                text: [keeper.origin.as_str(), &reset.url].concat(),
            }))
        }
        "hand-over" => {
            let password = fields.raw("password");
            let password = (!password.is_empty()).then(|| password.to_owned());
            roles::hand_over(app, caller, HandOver { user_id: user, password }).await?;
            Ok(Outcome::Done("handed-over"))
        }
        _ => Err(unknown_act()),
    }
}

/// A role by its word.
pub(super) fn role(word: &str) -> Result<Role> {
    let known = [Role::Owner, Role::Admin, Role::Member, Role::Guest];
    let role = known.into_iter().find(|role| role_word(*role) == word);
    role.ok_or_else(|| Error::invalid("role", "must be admin, member or guest"))
}

/// A role's word.
pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Member => "member",
        Role::Guest => "guest",
    }
}

async fn render(keeper: &Keeper, notice: Option<Notice>) -> Response {
    let at = keeper.query.value::<u64>("page").ok().flatten().unwrap_or(0);
    let query = keeper.query.text("q").to_owned();
    let found = match people::page(&keeper.app, keeper.caller, &query, at).await {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let frame = Frame::administration(
        keeper,
        paths::desk::ADMIN,
        "People",
        "Everybody who has an account here, what they may do, and how they get back in.",
        notice,
    );
    let (fields, asks) = (keeper.query.clone(), (keeper.caller.user_id, keeper.role));
    page(frame, move || content(found, asks, query, fields, at))
}

fn content(
    found: People,
    asks: (UserId, Role),
    query: String,
    fields: Fields,
    at: u64,
) -> impl IntoView {
    let People { people, total } = found;
    let count = match total {
        0 => "Nobody is called that.".to_owned(),
        1 => "1 person".to_owned(),
        more => format!("{more} people"),
    };
    let rows = people.into_iter().map(|person| view! { <Row person asks/> }).collect_view();
    view! {
        <form class="find" method="get" role="search" action=paths::desk::ADMIN>
            <label class="fieldset">
                "Find by name"
                <input type="search" name="q" value=query maxlength="64" autocomplete="off"/>
            </label>
            <button class="soft">"Find"</button>
        </form>
        <p class="count" role="status">{count}</p>
        {(total > 0).then(|| view! {
            <table role="table">
                <caption class="visually-hidden">"People"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Name"</th>
                        <th role="columnheader" scope="col">"Role"</th>
                        <th role="columnheader" scope="col">"Devices"</th>
                        <th role="columnheader" scope="col">"Last seen (UTC)"</th>
                        <th role="columnheader" scope="col"><span class="visually-hidden">"What to do"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        })}
        {pages(paths::desk::ADMIN, &fields, at, PEOPLE_PAGE as u64, total)}
    }
}

#[component]
fn Row(person: Person, asks: (UserId, Role)) -> impl IntoView {
    let Person { user_id, role, active, devices, last_seen, .. } = person.clone();
    let seen = match last_seen {
        Some(at) => when(at).into_any(),
        None => "not logged in".into_any(),
    };
    let (badge, name) =
        if active { (role_word(role), role_name(role)) } else { ("out", "Deactivated") };
    view! {
        <tr role="row" class=if active { "" } else { "out" }>
            <td role="cell">
                {named(user_id, person.display_name.clone(), person.username.clone())}
            </td>
            <td role="cell" data-label="Role"><span class=format!("badge {badge}")>{name}</span></td>
            <td role="cell" data-label="Devices">{devices.to_string()}</td>
            <td role="cell" data-label="Last seen">{seen}</td>
            <td role="cell" class="acts"><Acts person asks/></td>
        </tr>
    }
}

/// What may be done with somebody; nothing at all with who has as much to say.
#[component]
fn Acts(person: Person, asks: (UserId, Role)) -> impl IntoView {
    let (me, mine) = asks;
    let Person { user_id: id, role, active, display_name, .. } = person;
    let oneself = me == id;
    let roles: Vec<_> = [Role::Admin, Role::Member, Role::Guest]
        .into_iter()
        .filter(|to| permission::may_set_role(mine, oneself, role, *to).is_ok())
        .map(|to| (role_word(to).to_owned(), role_name(to).to_owned()))
        .collect();
    if permission::may_deactivate(mine, oneself, role).is_err() {
        return oneself.then(|| view! { <span class="you">"You"</span> }).into_any();
    }
    let about_them = about("user", id);
    let out = if active {
        view! {
            <form method="post">
                {act("deactivate")} {about("user", id)}
                <h3>"Put out of use"</h3>
                <p>"Logged out everywhere at once. The name and what was said stay."</p>
                <button class="quiet danger">"Deactivate"</button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <form method="post">
                {act("reactivate")} {about("user", id)}
                <h3>"Put back into use"</h3>
                <p>"They can log in again with their password."</p>
                <button class="soft">"Reactivate"</button>
            </form>
        }
        .into_any()
    };
    let heir = (mine == Role::Owner && active).then(|| {
        view! {
            <form method="post">
                {act("hand-over")} {about("user", id)}
                <h3>"Hand the server over"</h3>
                <p>"They become the owner, and you an admin. Only they can undo it."</p>
                <label class="fieldset">
                    "Your password"
                    <input type="password" name="password" autocomplete="current-password"/>
                </label>
                <button class="quiet danger">"Hand over"</button>
            </form>
        }
    });
    let forms = view! {
        <form method="post">
            {act("role")} {about_them}
            <label class="fieldset">
                "Role"
                <select name="role">{options(roles, role_word(role))}</select>
            </label>
            <button class="primary">"Change the role"</button>
        </form>
        {active.then(|| view! {
            <form method="post">
                {act("reset")} {about("user", id)}
                <h3>"Lost password"</h3>
                <p>"Makes a link with which they choose a new one."</p>
                <button class="soft">"Make a link"</button>
            </form>
        })}
        {out}
        {heir}
    };
    panel(format!("p-{id}"), "Manage", &display_name, display_name.clone(), forms).into_any()
}
