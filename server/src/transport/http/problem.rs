//! Errors as HTTP answers: problem+json (RFC 9457) and the headers that go with some of them.

use super::rates;
use crate::error::Error;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::{ErrorCode, Problem};
use std::time::Duration;

/// The content type of every failed request.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The policy of answers that are for programs: shown in a browser, they load and run nothing.
pub const NOTHING_ALLOWED: &str = "default-src 'none'; frame-ancestors 'none'";

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (code, retry_after, quota) = (self.code, self.retry_after, self.quota);
        let problem = Problem::new(code, self.detail, self.places);
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Text and numbers always serialize; an empty body would still have the right status.
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let headers = [
            (CONTENT_TYPE, PROBLEM_JSON),
            (CACHE_CONTROL, "no-store"),
            (CONTENT_SECURITY_POLICY, NOTHING_ALLOWED),
        ];
        let mut response = (status, headers, body).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(after) = retry_after {
            let seconds = whole_seconds(after);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(quota) = quota {
            rates::tell(headers, &quota);
        }
        response
    }
}

/// Rounded up, so that who waits that long is not refused again; at least one.
pub(super) fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}

/// No such path of the API.
pub fn no_such_path() -> Error {
    Error::new(ErrorCode::NotFound, "there is no such path; see /api/docs")
}

/// The path is known and the method is not; `Allow` tells which are.
pub fn method_not_allowed() -> Error {
    Error::new(
        ErrorCode::MethodNotAllowed,
        "this path does not take this method; the `Allow` header says which it takes",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_rounded_up_and_never_zero() {
        assert_eq!(whole_seconds(Duration::ZERO), 1);
        assert_eq!(whole_seconds(Duration::from_millis(1001)), 2);
        assert_eq!(whole_seconds(Duration::from_secs(3)), 3);
    }

    #[test]
    fn a_rate_limit_says_when_to_come_back() {
        let response = Error::rate_limited(Duration::from_millis(1500)).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[RETRY_AFTER], "2");
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
    }

    #[test]
    fn who_is_not_logged_in_is_told_how() {
        let response = Error::not_logged_in().into_response();
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
    }
}
