//! The token of a request, and the cookie that carries it for browsers.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};

/// The cookie's name.
pub const COOKIE_NAME: &str = "hubbub_session";
/// How long a browser keeps the cookie, in seconds: a year.
const COOKIE_SECONDS: u32 = 365 * 24 * 3600;

/// What carried a token. Only a cookie travels without being asked for, so only with a cookie does
/// the request's origin matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// `Authorization: Bearer <token>`.
    Bearer,
    /// The `hubbub_session` cookie.
    Cookie,
}

/// The request's token and what carried it. A Bearer token goes before a cookie; any other kind of
/// `Authorization` is a proxy's affair and is passed over.
pub fn session_token(headers: &HeaderMap) -> Option<(Carrier, String)> {
    if let Some(token) = bearer(headers) {
        return Some((Carrier::Bearer, token));
    }
    let cookies = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let (_, token) = pairs.find(|(name, _)| name.trim() == COOKIE_NAME)?;
    let token = token.trim().trim_matches('"');
    (!token.is_empty()).then(|| (Carrier::Cookie, token.to_owned()))
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let line = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The `Set-Cookie` line that logs a browser in.
pub fn cookie(token: &str, secure: bool) -> String {
    line(token, COOKIE_SECONDS, secure)
}

/// The `Set-Cookie` line that makes a browser forget its token.
pub fn cleared_cookie(secure: bool) -> String {
    line("", 0, secure)
}

fn line(value: &str, seconds: u32, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn found(lines: &[(&'static str, &'static str)]) -> Option<(Carrier, String)> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        session_token(&headers)
    }

    #[test]
    fn the_cookie_is_found_among_others_and_in_later_lines() {
        let cookie = Some((Carrier::Cookie, "abc".to_owned()));
        assert_eq!(found(&[("cookie", "a=1; hubbub_session=abc; b=2")]), cookie);
        assert_eq!(found(&[("cookie", "a=1"), ("cookie", "hubbub_session=\"abc\"")]), cookie);
        assert_eq!(found(&[("cookie", "xhubbub_session=abc; hubbub_session2=d")]), None);
        assert_eq!(found(&[("cookie", "hubbub_session=")]), None);
        assert_eq!(found(&[("cookie", ";;=;hubbub_session")]), None);
    }

    #[test]
    fn a_bearer_token_goes_first_and_other_schemes_are_passed_over() {
        let both = [("authorization", "bearer  t "), ("cookie", "hubbub_session=abc")];
        assert_eq!(found(&both), Some((Carrier::Bearer, "t".to_owned())));
        let basic = [("authorization", "Basic dTpw"), ("cookie", "hubbub_session=abc")];
        assert_eq!(found(&basic), Some((Carrier::Cookie, "abc".to_owned())));
        assert_eq!(found(&[("authorization", "Bearer")]), None);
    }

    #[test]
    fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
        assert_eq!(
            cookie("abc", true),
            "hubbub_session=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000; Secure"
        );
        assert!(cleared_cookie(false).contains("Max-Age=0"));
        assert!(!cleared_cookie(false).contains("Secure"));
    }
}
