//! The one error of the server: a code, a sentence and the places that are wrong. It knows nothing
//! of HTTP; `transport/http/problem.rs` and `transport/ws/receive.rs` tell it to clients.

use crate::domain::limiter::Quota;
use shared::limits::OVERLOAD_RETRY_MS;
use shared::{ErrorCode, ProblemDetail};
use std::{borrow::Cow, fmt, time::Duration};

/// What every fallible step of the server returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was refused or failed. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The stable word for programs.
    pub code: ErrorCode,
    /// What happened and what to do about it; shows no internals.
    pub detail: Cow<'static, str>,
    /// The places of the request that are wrong.
    pub places: Vec<ProblemDetail>,
    /// After which time trying again can help.
    pub retry_after: Option<Duration>,
    /// The rate that was exceeded, where one was.
    pub quota: Option<Quota>,
}

impl Error {
    /// An error without places.
    pub fn new(code: ErrorCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), places: Vec::new(), retry_after: None, quota: None }
    }

    /// Unknown or not visible: one answer for both, so that nobody learns which.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(ErrorCode::NotFound, format!("there is no such {what}, or you may not see it"))
    }

    /// Allowed to see, not allowed to do.
    pub fn forbidden(detail: &'static str) -> Self {
        Self::new(ErrorCode::Forbidden, detail)
    }

    /// One field of the request is wrong.
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let field = pointer.trim_start_matches('/');
        Self {
            code: ErrorCode::Invalid,
            detail: format!("{field} {detail}").into(),
            places: vec![ProblemDetail { pointer: pointer.to_owned(), detail }],
            retry_after: None,
            quota: None,
        }
    }

    /// Several fields of the request are wrong.
    pub fn invalid_places(detail: &'static str, places: Vec<ProblemDetail>) -> Self {
        Self {
            code: ErrorCode::Invalid,
            detail: detail.into(),
            places,
            retry_after: None,
            quota: None,
        }
    }

    /// No valid token, cookie or ticket.
    pub fn not_logged_in() -> Self {
        Self::new(
            ErrorCode::NotLoggedIn,
            "log in, or send a valid token as `Authorization: Bearer <token>`",
        )
    }

    /// A wrong name, a wrong password, or an account that is out of use: one answer for all.
    pub fn bad_credentials() -> Self {
        let detail = "this name and this password don't belong together";
        Self::new(ErrorCode::BadCredentials, detail)
    }

    /// The storage can't be written or read now.
    pub fn storage_unavailable() -> Self {
        Self {
            code: ErrorCode::StorageUnavailable,
            detail: "the storage can't be used at the moment; nothing was changed, try again"
                .into(),
            places: Vec::new(),
            retry_after: Some(Duration::from_secs(2)),
            quota: None,
        }
    }

    /// The server is shutting down.
    pub fn draining() -> Self {
        Self {
            code: ErrorCode::Draining,
            detail: "the server is shutting down; try again in a moment".into(),
            places: Vec::new(),
            retry_after: Some(Duration::from_secs(2)),
            quota: None,
        }
    }

    /// A fault of ours, told to the log in full and to the client not at all.
    pub fn internal(context: &str, cause: &dyn fmt::Display) -> Self {
        tracing::error!(%cause, context, "internal error");
        Self::new(ErrorCode::Internal, "something went wrong on the server; nothing was changed")
    }

    /// Too many requests; come back after this time.
    pub fn rate_limited(retry_after: Duration) -> Self {
        Self {
            code: ErrorCode::RateLimited,
            detail: "too many requests; slow down and try again".into(),
            places: Vec::new(),
            retry_after: Some(retry_after),
            quota: None,
        }
    }

    /// A rate was exceeded: come back when there is something left of it.
    pub fn over_rate(quota: Quota) -> Self {
        Self { quota: Some(quota), ..Self::rate_limited(quota.wait) }
    }

    /// More is asked of the server than it can do at the moment.
    pub fn overloaded() -> Self {
        Self {
            detail:
                "the server has more to do than it can at the moment; nothing was changed, try \
                     again"
                    .into(),
            retry_after: Some(Duration::from_millis(OVERLOAD_RETRY_MS)),
            ..Self::storage_unavailable()
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for Error {}
