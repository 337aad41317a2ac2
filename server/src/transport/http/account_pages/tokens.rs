//! The page of one's tokens of the API: making one, which is shown once, and taking one back.

use super::frame;
use crate::actions::tokens;
use crate::error::{Error, Result};
use crate::transport::http::desk::parts::{moment, options};
use crate::transport::http::desk::{Fields, Notice, Secret, Visitor, back, noticed};
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;
use shared::api::tokens::{ApiToken, CreateToken, Scope};
use shared::limits::TOKEN_NAME_MAX_CHARS;
use shared::{ClientId, Role, Timestamp, paths};

const DONE: &[(&str, &str)] = &[("revoked", "That token holds no more.")];

const DAY: u64 = 24 * 3600;
/// For how long a token may hold, in days; 0 for until it is taken back.
const SPANS: [(&str, &str); 5] = [
    ("7", "A week"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "A year"),
    ("0", "Until it is taken back"),
];
/// What is chosen until somebody chooses.
const SPAN: &str = "90";

const SCOPES: [(Scope, &str, &str, &str); 3] = [
    (Scope::Read, "read", "Read", "see what you see, and receive it live"),
    (Scope::Write, "write", "Write", "send, edit, join and create as you"),
    (Scope::Admin, "admin", "Administer", "what your role on this server allows"),
];

/// `GET /settings/tokens`.
pub async fn show(visitor: Visitor) -> Response {
    let notice = noticed(&visitor.query, DONE);
    page(&visitor, notice, None).await
}

/// `POST /settings/tokens`: make one, or take one back. A new token is shown in the answer itself,
/// as it is kept nowhere that another page could read it from.
pub async fn change(visitor: Visitor, fields: Fields) -> Response {
    let (app, caller) = (&visitor.app, visitor.caller);
    let token = fields.text("revoke");
    if !token.is_empty() {
        let revoked = match token.parse::<ClientId>() {
            Ok(token) => tokens::revoke(app, caller, token).await,
            Err(_) => Err(Error::not_found("token")),
        };
        return match revoked {
            Ok(()) => back(paths::account::TOKENS_PAGE, &visitor.query, "revoked"),
            Err(error) => page(&visitor, Some(Notice::Wrong(error)), None).await,
        };
    }
    let made = match asked(&fields) {
        Ok(request) => tokens::create(app, caller, caller.user_id, request).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => {
            let title = format!("Your new token, {}", made.info.name);
            let hint = "Copy it now: it is shown this once and kept nowhere. Who has it can do \
                        what it may do.";
            let secret = Secret { title, hint, text: made.token };
            page(&visitor, Some(Notice::Told(secret)), None).await
        }
        Err(error) => page(&visitor, Some(Notice::Wrong(error)), Some(fields)).await,
    }
}

fn asked(fields: &Fields) -> Result<CreateToken> {
    let words: Vec<String> = fields.all("scope")?;
    let scopes = SCOPES.into_iter().filter(|(_, word, ..)| words.iter().any(|w| w == word));
    let scopes = scopes.map(|(scope, ..)| scope).collect();
    let days = fields.text("days").parse::<u64>().ok().and_then(|days| days.checked_mul(DAY));
    let seconds = days.ok_or_else(|| Error::invalid("/expiresInSeconds", "must be a number"))?;
    let expires_in_seconds = (seconds > 0).then_some(seconds);
    Ok(CreateToken { name: fields.text("name").to_owned(), scopes, expires_in_seconds })
}

async fn page(visitor: &Visitor, notice: Option<Notice>, typed: Option<Fields>) -> Response {
    let list = match tokens::list(&visitor.app, visitor.caller).await {
        Ok(list) => list.tokens,
        Err(error) => return error.into_response(),
    };
    let now = visitor.app.clock.now();
    let administers = matches!(visitor.me.role, Role::Owner | Role::Admin);
    let content = move || view! { <Make typed administers/> <List list now/> };
    let words = ("API tokens", "For scripts and other programs that act as you.");
    frame::draw(visitor, paths::account::TOKENS_PAGE, words, notice, content)
}

#[component]
fn Make(typed: Option<Fields>, administers: bool) -> impl IntoView {
    let typed = typed.as_ref();
    let name = typed.map_or("", |typed| typed.raw("name")).to_owned();
    let chosen = typed.map_or(SPAN, |typed| typed.text("days"));
    let spans = SPANS.into_iter().map(|(days, label)| (days.to_owned(), label.to_owned()));
    let spans = options(spans.collect(), chosen);
    let on: Vec<String> = match typed {
        Some(typed) => typed.all("scope").unwrap_or_default(),
        None => vec!["read".to_owned()],
    };
    let scopes: Vec<_> = SCOPES
        .into_iter()
        .filter(|(scope, ..)| administers || *scope != Scope::Admin)
        .map(|(_, word, label, note)| {
            let on = on.iter().any(|chosen| chosen == word);
            view! {
                <label class="check">
                    <input type="checkbox" name="scope" value=word checked=on/>
                    <span>{label} " " <small>{note}</small></span>
                </label>
            }
        })
        .collect();
    view! {
        <section>
            <h2>"Make a token"</h2>
            <p>
                "It is sent as " <code>"Authorization: Bearer"</code>
                ". What can be asked with it is told by the "
                <a class="link" href=paths::DOCS>"API"</a> "."
            </p>
            <form class="card" method="post" action=paths::account::TOKENS_PAGE>
                <div class="fields">
                    <label class="fieldset">
                        "What it is for"
                        <input
                            type="text"
                            name="name"
                            value=name
                            maxlength=TOKEN_NAME_MAX_CHARS.to_string()
                            placeholder="Backup script"
                            autocomplete="off"
                            required
                        />
                    </label>
                    <label class="fieldset">
                        "It holds for" <select name="days">{spans}</select>
                    </label>
                </div>
                <fieldset>
                    <legend>"It may"</legend>
                    <div class="checks stacked">{scopes}</div>
                </fieldset>
                <button class="primary">"Make the token"</button>
            </form>
        </section>
    }
}

#[component]
fn List(list: Vec<ApiToken>, now: Timestamp) -> impl IntoView {
    let none = list.is_empty();
    let entries: Vec<_> = list.into_iter().map(|token| view! { <Entry token now/> }).collect();
    let list = if none {
        view! { <p class="none">"You have no tokens."</p> }.into_any()
    } else {
        view! { <ul class="list">{entries}</ul> }.into_any()
    };
    view! {
        <section>
            <h2>"Your tokens"</h2>
            <form method="post" action=paths::account::TOKENS_PAGE>{list}</form>
        </section>
    }
}

#[component]
fn Entry(token: ApiToken, now: Timestamp) -> impl IntoView {
    let may = SCOPES.iter().filter(|(scope, ..)| token.scopes.contains(scope));
    let may = may.map(|(_, word, ..)| *word).collect::<Vec<_>>().join(", ");
    let until = match token.expires_at {
        Some(at) if at <= now => "expired".to_owned(),
        Some(at) => format!("until {}", moment(at)),
        None => "until it is taken back".to_owned(),
    };
    let used = if token.last_used_at == token.created_at {
        view! { "never used" }.into_any()
    } else {
        view! { "used " {frame::when(now, token.last_used_at)} }.into_any()
    };
    let label = format!("Take back {}", token.name);
    let id = token.token_id.to_string();
    let about = view! { {may} " \u{b7} " {until} " \u{b7} " {used} };
    let end = view! {
        <button class="quiet small danger" name="revoke" value=id aria-label=label>
            "Take back"
        </button>
    };
    frame::entry(frame::CODE, token.name, about, end)
}
