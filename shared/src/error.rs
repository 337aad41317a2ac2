//! Errors as API users see them: a stable code, and the problem+json body (RFC 9457) that carries
//! it. Which HTTP status goes with a code is said here once, so that sockets and REST agree.

use crate::json::Wire;
use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, as a stable word for programs. On the wire in snake_case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Wire)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$doc])* $name,)* }

        impl ErrorCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The word on the wire.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 { match self { $(Self::$name => $status),* } }
            /// A short title for people, the same for every occurrence.
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title),* } }
        }
    };
}

codes! {
    /// The JSON, the query or the frame can't be read.
    Malformed = "malformed", 400, "The request can't be read";
    /// A frame's `type` is not known.
    UnknownType = "unknown_type", 400, "Unknown frame type";
    /// No valid token, cookie or ticket.
    NotLoggedIn = "not_logged_in", 401, "Not logged in";
    /// Wrong name or wrong password; which of the two is not told.
    BadCredentials = "bad_credentials", 401, "Wrong name or password";
    /// You may see it, and may not do this with it.
    Forbidden = "forbidden", 403, "Not allowed";
    /// A change with a cookie from a page of another origin.
    CrossOrigin = "cross_origin", 403, "Not from this origin";
    /// The `clientId` is not the authenticated client's own.
    NotYourClient = "not_your_client", 403, "Not your client";
    /// Sign-up is closed on this server.
    SignupClosed = "signup_closed", 403, "Sign-up is closed";
    /// Sign-up needs an invite on this server.
    InviteNeeded = "invite_needed", 403, "Sign-up needs an invite";
    /// Unknown, or not visible to you.
    NotFound = "not_found", 404, "Not found";
    /// The path is known and the method is not.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The request took too long to arrive.
    Timeout = "timeout", 408, "The request took too long";
    /// A user has this name, or one that looks like it.
    UsernameTaken = "username_taken", 409, "User name taken";
    /// It contradicts what is there.
    Conflict = "conflict", 409, "Conflict";
    /// The body, frame or message is over its bound.
    TooLarge = "too_large", 413, "Too large";
    /// Not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported content type";
    /// Well-formed, and against a rule; `errors` points at the places.
    Invalid = "invalid", 422, "Invalid";
    /// Too many requests; `Retry-After` says when to come back.
    RateLimited = "rate_limited", 429, "Too many requests";
    /// A fault of the server. Nothing was changed.
    Internal = "internal", 500, "Internal error";
    /// The storage can't be written or read now. Nothing was changed.
    StorageUnavailable = "storage_unavailable", 503, "Storage unavailable";
    /// The server is shutting down.
    Draining = "draining", 503, "Shutting down";
}

/// The body of every failed request: `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/` and the code with dashes, e.g. `/problems/username-taken`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title, the same for every occurrence of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here and what to do about it, for a person.
    pub detail: String,
    /// The stable word for programs.
    pub code: ErrorCode,
    /// The places in the request that are wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemDetail>,
}

/// One wrong place of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemDetail {
    /// A JSON Pointer (RFC 6901) into the request's body, e.g. `/userIds/1`.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

impl Problem {
    /// A problem with its code's title, status and type.
    pub fn new(code: ErrorCode, detail: impl Into<String>, errors: Vec<ProblemDetail>) -> Self {
        Self {
            kind: ["/problems/", &code.as_str().replace('_', "-")].concat(),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            errors,
        }
    }
}
