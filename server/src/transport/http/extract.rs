//! What handlers take from a request (JSON body, path, query), each refusing with a problem: 400 for
//! what can't be read, 422 with a pointer for what doesn't fit, 404 for a path that names nothing.

use super::body;
use super::parsing::parse;
use crate::error::{Error, Result};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use shared::ErrorCode;

/// A JSON object as the request's body.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Error::new(
                ErrorCode::UnsupportedMediaType,
                "send the body as JSON, with `Content-Type: application/json`",
            ));
        }
        parse(&body::read(request.into_body()).await?).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|line| line.to_str().ok()) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or(kind).trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The parameters of the path. What can't be an id names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        use axum::extract::rejection::PathRejection::FailedToDeserializePathParams;
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(values)) => Ok(Self(values)),
            Err(FailedToDeserializePathParams(refused))
                if matches!(
                    refused.kind(),
                    axum::extract::path::ErrorKind::InvalidUtf8InPathParam { .. }
                ) =>
            {
                Err(Error::new(ErrorCode::Malformed, "the path is not valid UTF-8"))
            }
            Err(refused) if refused.status() == StatusCode::INTERNAL_SERVER_ERROR => {
                Err(Error::internal("path", &refused))
            }
            Err(_) => Err(Error::not_found("resource")),
        }
    }
}

/// The query. What can't be read is refused: 400.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let query = axum::extract::Query::try_from_uri(&parts.uri).map_err(|refused| {
            Error::new(ErrorCode::Malformed, format!("the query can't be read: {refused}"))
        })?;
        Ok(Self(query.0))
    }
}

/// How much of something is asked for: any whole number, held at the ends of what can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub usize);

impl<'de> serde::Deserialize<'de> for Limit {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(serde::de::Error::custom("`limit` must be a whole number"));
        }
        let number = if text.starts_with('-') { 0 } else { digits.parse().unwrap_or(usize::MAX) };
        Ok(Self(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Uri;

    #[test]
    fn a_limit_is_any_whole_number() {
        #[derive(serde::Deserialize)]
        struct Asked {
            limit: Option<Limit>,
        }
        let read = |query: &str| {
            let uri: Uri = format!("/x{query}").parse().unwrap();
            let query = axum::extract::Query::<Asked>::try_from_uri(&uri);
            query.map(|query| query.0.limit.map(|limit| limit.0)).map_err(|_| ())
        };
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("?limit=7"), Ok(Some(7)));
        assert_eq!(read("?limit=-7"), Ok(Some(0)));
        assert_eq!(read("?limit=99999999999999999999999"), Ok(Some(usize::MAX)));
        for bad in ["?limit=", "?limit=a", "?limit=1.5", "?limit=-", "?limit=1&limit=2"] {
            assert_eq!(read(bad), Err(()), "{bad}");
        }
    }
}
