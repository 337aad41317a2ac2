//! Rates as HTTP tells them: `RateLimit` and `RateLimit-Policy`, as the IETF's
//! draft-ietf-httpapi-ratelimit-headers-10 has them. What is limited and how is `domain::limiter`'s.

use super::problem::whole_seconds;
use crate::app::AppHandle;
use crate::domain::limiter::{Limited, Quota};
use crate::transport::Peer;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::sync::{Arc, OnceLock};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of the rate that a request counts towards, for its answer to tell. In the extensions
/// of every request of the API.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<OnceLock<Quota>>);

impl Told {
    /// To be told with the answer. The first word stands.
    pub fn tell(&self, quota: Quota) {
        let _ = self.0.set(quota);
    }
}

/// Counts a request towards what its network may send; and tells with each answer what is left of
/// the rate that it counted towards, where a refusal has not told its own already.
pub async fn counted(
    State(app): State<AppHandle>,
    peer: Peer,
    mut request: Request,
    next: Next,
) -> Response {
    if let Err(refused) = app.limiter.take(Limited::Request(peer.ip()), app.clock.elapsed()) {
        return refused.into_response();
    }
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let mut response = next.run(request).await;
    if let Some(quota) = told.0.get()
        && !response.headers().contains_key(RATE_LIMIT)
    {
        tell(response.headers_mut(), quota);
    }
    response
}

/// `RateLimit-Policy: "changes";q=600;w=6` and `RateLimit: "changes";r=599;t=1`: how many fit into
/// how many seconds, how many are left, and in how many seconds all are there again; or, with none
/// left, one is.
pub(super) fn tell(headers: &mut HeaderMap, quota: &Quota) {
    let rate = quota.rate;
    let window = (u64::from(rate.at_once) * 60).div_ceil(u64::from(rate.per_minute));
    let policy = format!("\"{}\";q={};w={window}", rate.name, rate.at_once);
    let wait = if quota.wait.is_zero() { 0 } else { whole_seconds(quota.wait) };
    let limit = format!("\"{}\";r={};t={wait}", rate.name, quota.left);
    for (name, line) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, limit)] {
        if let Ok(line) = HeaderValue::try_from(line) {
            headers.insert(name, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use shared::limits::{CHANGE_RATE, LOG_IN_NAME_RATE};
    use std::time::Duration;

    #[test]
    fn a_rate_is_told_as_the_draft_has_it() {
        let quota = |rate, left, ms| Quota { rate, left, wait: Duration::from_millis(ms) };
        let mut headers = HeaderMap::new();
        tell(&mut headers, &quota(&CHANGE_RATE, 599, 10));
        assert_eq!(headers[RATE_LIMIT_POLICY], "\"changes\";q=600;w=6");
        assert_eq!(headers[RATE_LIMIT], "\"changes\";r=599;t=1");
        tell(&mut headers, &quota(&CHANGE_RATE, 600, 0));
        assert_eq!(headers[RATE_LIMIT], "\"changes\";r=600;t=0");
        let refused = Error::over_rate(quota(&LOG_IN_NAME_RATE, 0, 9_500)).into_response();
        assert_eq!(refused.headers()[RATE_LIMIT_POLICY], "\"log-in-name\";q=60;w=600");
        assert_eq!(refused.headers()[RATE_LIMIT], "\"log-in-name\";r=0;t=10");
        assert_eq!(refused.headers()["retry-after"], "10");
    }
}
