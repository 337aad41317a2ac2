//! `/admin/bots`: making bots, giving them tokens, and taking both away.

use super::layout::Frame;
use super::parts::{about, act, checks, days, named, panel, when};
use super::{Fields, Keeper, Notice, Outcome, Secret, back, noticed, page, unknown_act};
use crate::actions::{bots, tokens};
use crate::error::{Error, Result};
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::tokens::{ApiToken, Bot, CreateBot, CreateToken, Scope};
use shared::{UserId, paths};

const SENTENCES: &[(&str, &str)] = &[
    ("made", "The bot is made. It comes in with a token, which you give it below."),
    ("removed", "The bot is out of use, and its tokens with it. What it wrote stays."),
    ("revoked", "The token is taken back. What used it is out."),
];

/// The page.
pub async fn show(keeper: Keeper) -> Response {
    let notice = noticed(&keeper.query, SENTENCES);
    render(&keeper, notice).await
}

/// One of its forms.
pub async fn change(keeper: Keeper, fields: Fields) -> Response {
    match perform(&keeper, &fields).await {
        Ok(Outcome::Done(word)) => back(paths::desk::ADMIN_BOTS, &keeper.query, word),
        Ok(Outcome::Told(secret)) => render(&keeper, Some(Notice::Told(secret))).await,
        Err(error) => render(&keeper, Some(Notice::Wrong(error))).await,
    }
}

async fn perform(keeper: &Keeper, fields: &Fields) -> Result<Outcome> {
    let (app, caller) = (&keeper.app, keeper.caller);
    match fields.text("act") {
        "create" => {
            let name = fields.text("displayName");
            let request = CreateBot {
                username: fields.text("username").to_owned(),
                display_name: (!name.is_empty()).then(|| name.to_owned()),
            };
            bots::create(app, caller, request).await?;
            Ok(Outcome::Done("made"))
        }
        "remove" => {
            bots::remove(app, caller, fields.needed("bot")?).await?;
            Ok(Outcome::Done("removed"))
        }
        "token" => {
            let bot: UserId = fields.needed("bot")?;
            let scopes: Vec<String> = fields.all("scope")?;
            let request = CreateToken {
                name: fields.text("name").to_owned(),
                scopes: scopes.iter().map(|word| scope(word)).collect::<Result<_>>()?,
                expires_in_seconds: days(fields)?,
            };
            let made = tokens::create(app, caller, bot, request).await?;
            Ok(Outcome::Told(Secret {
                title: format!("Token \u{201c}{}\u{201d}", made.info.name),
                hint: "Copy it now: it is shown this once. The bot sends it as `Authorization: Bearer`.",
                text: made.token,
            }))
        }
        "revoke" => {
            tokens::revoke(app, caller, fields.needed("token")?).await?;
            Ok(Outcome::Done("revoked"))
        }
        _ => Err(unknown_act()),
    }
}

fn scope(word: &str) -> Result<Scope> {
    match word {
        "read" => Ok(Scope::Read),
        "write" => Ok(Scope::Write),
        "admin" => Ok(Scope::Admin),
        _ => Err(Error::invalid("scope", "must be read, write or admin")),
    }
}

fn scope_word(scope: &Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Write => "write",
        Scope::Admin => "admin",
    }
}

async fn render(keeper: &Keeper, notice: Option<Notice>) -> Response {
    let found = match bots::list(&keeper.app, keeper.caller).await {
        Ok(found) => found.bots,
        Err(error) => return error.into_response(),
    };
    let frame = Frame::administration(
        keeper,
        paths::desk::ADMIN_BOTS,
        "Bots",
        "Users that are programs. They never log in, and come in with tokens alone.",
        notice,
    );
    page(frame, move || content(found))
}

fn content(bots: Vec<Bot>) -> AnyView {
    let list = if bots.is_empty() {
        view! { <p class="none">"There is no bot yet."</p> }.into_any()
    } else {
        bots.into_iter().map(one).collect_view().into_any()
    };
    view! {
        <form class="card" method="post" aria-label="A new bot">
            {act("create")}
            <div class="fields">
                <label class="fieldset">
                    "User name"
                    <input type="text" name="username" maxlength="64" required autocomplete="off"/>
                </label>
                <label class="fieldset">
                    <span>"Name to show " <em>"if it is another"</em></span>
                    <input type="text" name="displayName" maxlength="80" autocomplete="off"/>
                </label>
                <button class="primary">"Make a bot"</button>
            </div>
        </form>
        {list}
    }
    .into_any()
}

fn one(bot: Bot) -> AnyView {
    let Bot { user_id: id, username, display_name, tokens, .. } = bot;
    let new_token = view! {
        <form method="post">
            {act("token")} {about("bot", id)}
            <label class="fieldset">
                "What it is for"
                <input type="text" name="name" maxlength="80" required autocomplete="off"/>
            </label>
            {checks("What it may do", "scope", vec![
                ("read".to_owned(), "Read".to_owned(), true),
                ("write".to_owned(), "Write".to_owned(), true),
                ("admin".to_owned(), "Administer".to_owned(), false),
            ])}
            <label class="fieldset">
                <span>"For days " <em>"without an end if empty"</em></span>
                <input type="number" name="days" min="1" max="3650"/>
            </label>
            <button class="primary">"Make a token"</button>
        </form>
    };
    let away = view! {
        <form method="post">
            {act("remove")} {about("bot", id)}
            <p>"Its tokens end at once. Its name stays taken, and what it wrote stays."</p>
            <button class="primary danger">"Remove the bot"</button>
        </form>
    };
    let none = tokens.is_empty();
    let rows: Vec<_> = tokens.into_iter().map(token_row).collect();
    let of = format!("Tokens of {display_name}");
    let (title, gone) = (format!("A token for {display_name}"), format!("Remove {display_name}?"));
    let add = panel(format!("t-{id}"), "New token", &display_name, title, new_token);
    let remove = panel(format!("r-{id}"), "Remove", &display_name, gone, away);
    let heading = format!("b-{id}");
    let labelled = heading.clone();
    view! {
        <section class="bot" aria-labelledby=labelled>
            <header>
                <h2 id=heading>{named(id, display_name.clone(), username)}</h2>
                <span class="buttons">{add} {remove}</span>
            </header>
            {if none {
                view! { <p>"It has no token, and so it can't come in."</p> }.into_any()
            } else {
                view! {
                    <table role="table">
                        <caption class="visually-hidden">{of}</caption>
                        <thead role="rowgroup">
                            <tr role="row">
                                <th role="columnheader" scope="col">"Token"</th>
                                <th role="columnheader" scope="col">"May"</th>
                                <th role="columnheader" scope="col">"Last used (UTC)"</th>
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
            }}
        </section>
    }
    .into_any()
}

fn token_row(token: ApiToken) -> AnyView {
    let may = token.scopes.iter().map(scope_word).collect::<Vec<_>>().join(", ");
    let until = match token.expires_at {
        Some(at) => when(at).into_any(),
        None => "without an end".into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell"><strong>{token.name}</strong></td>
            <td role="cell" data-label="May">{may}</td>
            <td role="cell" data-label="Last used">{when(token.last_used_at)}</td>
            <td role="cell" data-label="Until">{until}</td>
            <td role="cell" class="acts">
                <form method="post">
                    {act("revoke")} {about("token", token.token_id)}
                    <button class="quiet danger small">"Take back"</button>
                </form>
            </td>
        </tr>
    }
    .into_any()
}
