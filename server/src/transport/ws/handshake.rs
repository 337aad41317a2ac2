//! Becoming a socket: the checks before the upgrade, and the 101. The connection is taken over by
//! `stream.rs`.

use crate::actions::accounts;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::scopes::Wanted;
use crate::error::{Error, Result};
use crate::transport::http::credentials::{Carrier, session_token};
use crate::transport::http::origin::same_origin;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use shared::{ClientId, ErrorCode};

/// What RFC 6455 appends to the client's key.
const KEY_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Who opens the socket: by ticket, Bearer token, or cookie from our own pages. The `clientId` of
/// the URL, if there is one, must be the authenticated client's own.
pub(super) async fn authenticate(
    app: &App,
    headers: &HeaderMap,
    ticket: Option<&str>,
    client_id: Option<ClientId>,
) -> Result<Caller> {
    let caller = match ticket {
        Some(ticket) => app.tickets.redeem(ticket, app.clock.elapsed()).ok_or_else(|| {
            Error::new(
                ErrorCode::NotLoggedIn,
                "the ticket is unknown, used or older than 30 seconds; ask for another",
            )
        })?,
        None => {
            let (carrier, token) = session_token(headers).ok_or_else(Error::not_logged_in)?;
            if carrier == Carrier::Cookie && !same_origin(headers) {
                return Err(Error::new(
                    ErrorCode::CrossOrigin,
                    "with a cookie a socket must come from Hubbub's own page; scripts use a token \
                     or a ticket",
                ));
            }
            accounts::authenticate(app, &token).await?
        }
    };
    caller.scopes.permit(Wanted::Read)?;
    if client_id.is_some_and(|id| id != caller.client_id) {
        return Err(Error::new(
            ErrorCode::NotYourClient,
            "clientId must be the client that the token belongs to",
        ));
    }
    Ok(caller)
}

/// Whether a request is a WebSocket's, and the answer to its key.
pub(super) fn accept_key(request: &Request) -> Result<HeaderValue> {
    let headers = request.headers();
    let asks = request.method() == Method::GET
        && has_token(headers, &CONNECTION, "upgrade")
        && has_token(headers, &UPGRADE, "websocket")
        && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .filter(|key| STANDARD.decode(key.as_bytes()).is_ok_and(|bytes| bytes.len() == 16));
    let (true, Some(key)) = (asks, key) else {
        return Err(Error::new(
            ErrorCode::Malformed,
            "this is a WebSocket: connect with a WebSocket client (RFC 6455, version 13)",
        ));
    };
    let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(KEY_SUFFIX).finalize();
    HeaderValue::try_from(STANDARD.encode(digest))
        .map_err(|cause| Error::internal("the accept key", &cause))
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|part| part.trim().eq_ignore_ascii_case(token))
}

/// The answer that turns the connection into a socket.
pub(super) fn switching(accept: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_standards_example_gets_its_answer() {
        let request = Request::builder()
            .header("connection", "keep-alive, Upgrade")
            .header("upgrade", "WebSocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .body(Body::empty())
            .unwrap();
        assert_eq!(accept_key(&request).unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn what_is_no_websocket_request_is_refused() {
        let plain = Request::builder().body(Body::empty()).unwrap();
        assert_eq!(accept_key(&plain).unwrap_err().code, ErrorCode::Malformed);
    }
}
