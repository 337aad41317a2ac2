//! Who really asks, and over what, also where a trusted proxy stands in front: each request carries the
//! client's [`Peer`] from here on. What leaves over TLS says so to browsers. Which headers are
//! believed is decided in `domain/proxies.rs`.

use super::{OverTls, Peer};
use crate::app::AppHandle;
use axum::extract::{Request, State};
use axum::http::header::{FORWARDED, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::SocketAddr;

/// What the customary headers are called.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// For a year browsers speak to this host over TLS alone.
const STRICT: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Puts the client in the place of the proxy. Over TLS, cookies are for TLS only, and browsers are
/// told to stay with it.
pub(super) async fn behind_proxies(
    State(app): State<AppHandle>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut secure = request.extensions().get::<OverTls>().is_some();
    if let Some(Peer(peer)) = request.extensions().get::<Peer>().copied() {
        let headers = request.headers();
        let origin = app.proxies.origin(
            peer.ip(),
            lines(headers, &FORWARDED),
            lines(headers, &FORWARDED_FOR),
            lines(headers, &FORWARDED_PROTO),
        );
        secure = origin.secure.unwrap_or(secure);
        request.extensions_mut().insert(Peer(SocketAddr::new(origin.client, peer.port())));
    }
    let mut response = next.run(request).await;
    if secure {
        response.headers_mut().entry(STRICT_TRANSPORT_SECURITY).or_insert(STRICT);
        for_tls_only(response.headers_mut());
    }
    response
}

/// A header's lines. One that can't be read stays in its place as a line that tells nothing:
/// without it, the next one would be believed in its stead.
fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().map(|line| line.to_str().unwrap_or_default())
}

/// Marks every cookie that is set as for TLS only.
fn for_tls_only(headers: &mut HeaderMap) {
    for line in headers.iter_mut().filter(|(name, _)| **name == SET_COOKIE).map(|(_, line)| line) {
        let text = line.to_str().unwrap_or_default();
        let marked = text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure"));
        if !marked && let Ok(fitter) = HeaderValue::try_from(format!("{text}; Secure")) {
            *line = fitter;
        }
    }
}
