//! Who asks: the extractor that turns a request's token into a [`Caller`], under the origin rule.

use super::credentials::{Carrier, session_token};
use super::origin::{cross_origin, is_this_machine, same_origin, told_by_a_browser};
use super::rates::Told;
use crate::actions::accounts;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::scopes::Wanted;
use crate::error::{Error, Result};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use shared::ErrorCode;

/// What the requests of some routes need, other than `read` to read and `write` to change something.
/// The table of routes puts it around them.
#[derive(Debug, Clone, Copy)]
pub struct Needs(pub Wanted);

impl FromRequestParts<AppHandle> for Caller {
    type Rejection = Error;

    /// With a cookie, a request that could change something must be of the same origin. What a token
    /// may do is checked here for all routes, so that none can forget it.
    async fn from_request_parts(parts: &mut Parts, app: &AppHandle) -> Result<Self> {
        let (carrier, token) = session_token(&parts.headers).ok_or_else(Error::not_logged_in)?;
        if carrier == Carrier::Cookie && changes(&parts.method) && !same_origin(&parts.headers) {
            return Err(foreign());
        }
        let caller = accounts::authenticate(app, &token).await?;
        let least = if changes(&parts.method) { Wanted::Write } else { Wanted::Read };
        match parts.extensions.get::<Needs>() {
            // A token may end itself, and open a socket, without changing anything.
            Some(Needs(Wanted::Read)) => {}
            Some(Needs(wanted)) => {
                caller.scopes.permit(least)?;
                caller.scopes.permit(*wanted)?;
            }
            None => caller.scopes.permit(least)?,
        }
        if changes(&parts.method) {
            count(app, caller, parts)?;
        }
        Ok(caller)
    }
}

/// Counts a change towards what its client may do, and has the answer tell what is left: to the
/// client or, if that is less, to its user, whose share is taken as the change is made.
fn count(app: &AppHandle, caller: Caller, parts: &Parts) -> Result<()> {
    let now = app.clock.elapsed();
    app.limiter.take(Limited::ClientChange(caller.client_id), now)?;
    let left = [Limited::ClientChange(caller.client_id), Limited::Change(caller.user_id)]
        .into_iter()
        .filter_map(|what| app.limiter.look(what, now))
        .min_by_key(|quota| quota.left);
    if let (Some(told), Some(quota)) = (parts.extensions.get::<Told>(), left) {
        told.tell(quota);
    }
    Ok(())
}

/// For requests that log in: they carry no credential yet and set one, so that a page of another
/// origin must not be able to send them.
#[derive(Debug, Clone, Copy)]
pub struct NotForeign;

impl<S: Sync> FromRequestParts<S> for NotForeign {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        if cross_origin(&parts.headers) { Err(foreign()) } else { Ok(Self) }
    }
}

/// For signing up: where that is open because only this machine can reach the server, it must be
/// asked for as this machine. A page of the web may have its own name lead here (DNS rebinding), and
/// its browser would then send what it likes, as from our own page.
#[derive(Debug, Clone, Copy)]
pub struct NotRebound;

impl FromRequestParts<AppHandle> for NotRebound {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &AppHandle) -> Result<Self> {
        let by_a_browser = told_by_a_browser(&parts.headers);
        if !app.signup_for_this_machine || !by_a_browser || is_this_machine(&parts.headers) {
            return Ok(Self);
        }
        Err(Error::new(
            ErrorCode::CrossOrigin,
            "signing up is open to this machine alone, as 127.0.0.1 or localhost; start the server \
             with --signup open (or invite, or closed) to have it by another name",
        ))
    }
}

/// Who asks by a valid cookie or token, where nobody has to be logged in. For pages.
///
/// # Errors
/// When storage can't be read; a token that nobody has is nobody.
pub async fn visitor(app: &AppHandle, headers: &HeaderMap) -> Result<Option<Caller>> {
    let Some((_, token)) = session_token(headers) else { return Ok(None) };
    match accounts::authenticate(app, &token).await {
        Ok(caller) => Ok(caller.scopes.permit(Wanted::Read).is_ok().then_some(caller)),
        Err(error) if error.code == ErrorCode::NotLoggedIn => Ok(None),
        Err(error) => Err(error),
    }
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn foreign() -> Error {
    Error::new(
        ErrorCode::CrossOrigin,
        "with a cookie this must come from Hubbub's own page; scripts send \
         `Authorization: Bearer <token>`",
    )
}
