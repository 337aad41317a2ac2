//! What holds for every request, whatever it asks: time and size limits, a panic that becomes a
//! problem instead of a torn connection, and the headers that keep browsers careful.

use super::{body, problem};
use crate::error::Error;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, EXPECT, HOST,
    REFERRER_POLICY, TRANSFER_ENCODING, UPGRADE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shared::ErrorCode;
use std::any::Any;
use std::time::Duration;

/// How long a request may take from its head to the head of its answer. Sockets are exempt: they
/// are answered at once and then live by heartbeats.
const REQUEST_MAX: Duration = Duration::from_secs(30);

/// Refuses a body whose announced length is over the limit, unread; and cuts a request that takes
/// longer than thirty seconds.
pub async fn bounded(request: Request, next: Next) -> Response {
    if body::told_too_large(request.headers()) {
        // Who waits for `100 Continue` has sent nothing yet, and will not.
        if !request.headers().contains_key(EXPECT) {
            body::linger(request.into_body());
        }
        return body::too_large().into_response();
    }
    let answer = tokio::time::timeout(REQUEST_MAX, next.run(request)).await;
    answer.unwrap_or_else(|_| body::too_slow().into_response())
}

/// Refuses what two readers of HTTP might take for different requests, and closes a connection after
/// it: two lengths of a body, a coding of it that is not simply `chunked`, no host or several, a
/// target that is no path, an upgrade with a body.
pub async fn unambiguous(request: Request, next: Next) -> Response {
    let Some(why) = ambiguity(&request) else { return next.run(request).await };
    let mut response = Error::new(ErrorCode::Malformed, why).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn ambiguity(request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let lines = |name: HeaderName| headers.get_all(name).into_iter().count();
    let codings = lines(TRANSFER_ENCODING);
    let coding = headers.get(TRANSFER_ENCODING).map(HeaderValue::as_bytes);
    if coding.is_some_and(|coding| codings > 1 || !coding.eq_ignore_ascii_case(b"chunked")) {
        Some("a body is sent plain or, with one `Transfer-Encoding`, `chunked`")
    } else if codings > 0 && lines(CONTENT_LENGTH) > 0 {
        Some("a body has a `Content-Length` or a `Transfer-Encoding`, never both")
    } else if lines(CONTENT_LENGTH) > 1 {
        Some("a body has one `Content-Length`")
    } else if lines(HOST) > 1 || (lines(HOST) == 0 && request.version() == Version::HTTP_11) {
        Some("a request has one `Host`")
    } else if !request.uri().path().starts_with('/') {
        Some("ask for a path, which begins with `/`")
    } else if headers.contains_key(UPGRADE) && !request.body().is_end_stream() {
        Some("an upgrade has no body")
    } else {
        None
    }
}

/// What a panic becomes: a fault of ours, told without its text.
pub fn caught(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal("a request panicked", &text.unwrap_or("without a text")).into_response()
}

/// No answer of the API is kept by any cache; what a browser shows of it carries nothing along.
pub async fn never_cached(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(problem::NOTHING_ALLOWED));
    response
}

/// The headers of every answer. A stricter or fitter one that is there already stays.
pub async fn careful(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, &str); 6] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The answer to a known path with a method it does not take.
pub async fn wrong_method() -> Response {
    problem::method_not_allowed().into_response()
}
