//! Pages that the server draws by itself: plain HTML with forms, which need no script. A page shows
//! what the actions answer, and each form is one action, followed by a redirect back with a word of
//! what was done.
//!
//! `visitor` says who is let in, `layout` what stands around each page, `parts` is what they share,
//! `style` how they look; the others are one page each. The app itself is in `page`.

pub mod bots;
pub mod invites;
pub(super) mod layout;
pub mod log;
pub(super) mod parts;
pub mod people;
pub mod rooms;
mod style;
mod visitor;

pub use style::file;
pub use visitor::{Fields, Keeper, OwnerOnly, Visitor};

use crate::error::Error;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse as _, Response};
use layout::Frame;
use leptos::prelude::{AnyView, Owner, RenderHtml as _};

/// What these pages may load and do: nothing but styles and pictures from here, and forms to here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// With a script of ours, which asks this server alone.
const POLICY_WITH_SCRIPT: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
                                  style-src 'self'; img-src 'self' data:; font-src 'self'; \
                                  base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The word of a query that says what was just done.
const DONE: &str = "done";

/// What is said above a page.
#[derive(Debug, Clone)]
pub enum Notice {
    /// What was done.
    Done(&'static str),
    /// What was refused.
    Wrong(Error),
    /// A secret, shown this once.
    Told(Secret),
}

/// A link or a token that is shown once.
#[derive(Debug, Clone)]
pub struct Secret {
    /// What it is.
    pub title: String,
    /// What to do with it.
    pub hint: &'static str,
    /// Itself.
    pub text: String,
}

/// What a form did.
#[derive(Debug)]
pub enum Outcome {
    /// It was done; the page says so with the sentence of this word.
    Done(&'static str),
    /// It was done, and there is something to show once.
    Told(Secret),
}

/// A whole page. With something that was refused above it, the status is the refusal's.
pub(super) fn page(frame: Frame<'_>, content: impl FnOnce() -> AnyView) -> Response {
    let status = match &frame.notice {
        Some(Notice::Wrong(error)) => error.code.status(),
        _ => StatusCode::OK.as_u16(),
    };
    let script = frame.script.is_some();
    let owner = Owner::new();
    html(status, script, owner.with(|| layout::document(frame, content()).to_html()))
}

/// The answer that is a page, with what it may load and do.
pub(super) fn html(status: u16, script: bool, html: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, if script { POLICY_WITH_SCRIPT } else { POLICY }),
    ];
    (status, headers, html).into_response()
}

/// Back to the page whose form was sent, as it was asked for, with a word of what was done.
pub(super) fn back(path: &str, query: &Fields, word: &str) -> Response {
    let to = [path, &query.query_with(&[(DONE, word)])].concat();
    (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response()
}

/// What to say above a page that is asked for: the sentence of the word in its query, if it has one.
pub(super) fn noticed(query: &Fields, sentences: &[(&str, &'static str)]) -> Option<Notice> {
    let word = query.text(DONE);
    sentences.iter().find(|(known, _)| *known == word).map(|(_, text)| Notice::Done(text))
}

/// A form whose `act` is none of the page's.
pub(super) fn unknown_act() -> Error {
    Error::invalid("act", "is none of this page's forms; open the page again")
}
