//! Who opens these pages, and what their forms send. Who may do what with it is decided by the
//! actions; here it is only whether a page is shown at all.

use crate::actions::{accounts, people};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::domain::scopes::Wanted;
use crate::error::Error;
use crate::transport::http::session::Needs;
use crate::transport::http::{body, page};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, HOST, LOCATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use shared::{ErrorCode, Role, UserInfo};
use std::str::FromStr;

/// Somebody who is logged in on a device. Others are sent to the entrance, and a form of another
/// origin is refused.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The node.
    pub app: AppHandle,
    /// Who asks.
    pub caller: Caller,
    /// The same, as others see them.
    pub me: UserInfo,
    /// The server's address, for links that are given to others: without a slash at the end.
    pub origin: String,
    /// What the address says after the question mark.
    pub query: Fields,
}

impl FromRequestParts<AppHandle> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppHandle) -> Result<Self, Response> {
        // Whatever the table of routes says: no token of the API opens these pages.
        parts.extensions.insert(Needs(Wanted::Device));
        let refuse = |error: Error| match error.code {
            ErrorCode::NotLoggedIn => to_the_entrance(),
            _ => error.into_response(),
        };
        let caller = Caller::from_request_parts(parts, app).await.map_err(refuse)?;
        let me = accounts::user(app, caller, caller.user_id).await.map_err(refuse)?;
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let origin = origin(app, &parts.headers);
        Ok(Self { app: AppHandle::clone(app), caller, me, origin, query })
    }
}

/// Who administers the server: its owner and admins. For others there is no such page.
#[derive(Debug, Clone)]
pub struct Keeper {
    /// Who.
    pub visitor: Visitor,
    /// As what.
    pub role: Role,
}

impl std::ops::Deref for Keeper {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.visitor
    }
}

impl FromRequestParts<AppHandle> for Keeper {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppHandle) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        match people::permit(app, visitor.caller).await {
            Ok(role) => Ok(Self { visitor, role }),
            Err(error) if error.code == ErrorCode::Forbidden => Err(page::lost(app).await),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// The server's owner. For others there is no such page.
#[derive(Debug, Clone)]
pub struct OwnerOnly(pub Keeper);

impl FromRequestParts<AppHandle> for OwnerOnly {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &AppHandle) -> Result<Self, Response> {
        let keeper = Keeper::from_request_parts(parts, app).await?;
        if keeper.role == Role::Owner { Ok(Self(keeper)) } else { Err(page::lost(app).await) }
    }
}

fn to_the_entrance() -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, "/")]).into_response()
}

/// As the server was told, or as it was asked.
fn origin(app: &AppHandle, headers: &HeaderMap) -> String {
    if let Some(origin) = &app.origin {
        return origin.as_str().trim_end_matches('/').to_owned();
    }
    let scheme = if app.secure_cookies { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{scheme}://{host}")
}

/// The fields of a form or a query, in their order.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    fn parse(text: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// The text of a field without the space around it; nothing for one that isn't there.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A field as it was sent, as passwords are.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// A field with a number, an id or the like; nothing for an empty one.
    ///
    /// # Errors
    /// `invalid` for what can't be read.
    pub fn value<T: FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Error::invalid(name, "can't be read")),
        }
    }

    /// A field that must be there.
    ///
    /// # Errors
    /// `invalid` for none and for what can't be read.
    pub fn needed<T: FromStr>(&self, name: &str) -> Result<T, Error> {
        self.value(name)?.ok_or_else(|| Error::invalid(name, "must be filled in"))
    }

    /// Every value of a field that may stand several times.
    ///
    /// # Errors
    /// `invalid` for one that can't be read.
    pub fn all<T: FromStr>(&self, name: &str) -> Result<Vec<T>, Error> {
        let values = self.0.iter().filter(|(key, value)| key == name && !value.is_empty());
        values
            .map(|(_, value)| value.parse().map_err(|_| Error::invalid(name, "can't be read")))
            .collect()
    }

    /// The fields as a query, with one set to another value or, if that is empty, left out.
    pub fn query_with(&self, set: &[(&str, &str)]) -> String {
        let kept = self.0.iter().filter(|(key, _)| set.iter().all(|(name, _)| name != key));
        let pairs = kept.map(|(key, value)| (key.as_str(), value.as_str()));
        let pairs = pairs.chain(set.iter().copied()).filter(|(_, value)| !value.is_empty());
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }
}

impl<S: Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|line| line.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let detail = "send the form as `application/x-www-form-urlencoded`";
            return Err(Error::new(ErrorCode::UnsupportedMediaType, detail).into_response());
        }
        match body::read(request.into_body()).await {
            Ok(bytes) => Ok(Self::parse(&bytes)),
            Err(error) => Err(error.into_response()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_their_order_and_written_back() {
        let fields = Fields::parse(b"q=+a%26b+&page=2&c=1&c=2&done=x&bad=%ff");
        assert_eq!(fields.text("q"), "a&b");
        assert_eq!(fields.value::<u64>("page").unwrap(), Some(2));
        assert_eq!(fields.all::<u64>("c").unwrap(), [1, 2]);
        assert_eq!(fields.value::<u64>("none").unwrap(), None);
        assert!(fields.value::<u64>("q").is_err() && fields.needed::<u64>("none").is_err());
        let query = fields.query_with(&[("done", "role"), ("c", ""), ("bad", "")]);
        assert_eq!(query, "?q=+a%26b+&page=2&done=role");
        assert_eq!(Fields::default().query_with(&[]), "");
    }
}
