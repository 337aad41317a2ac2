//! Where a request comes from, as the browser that sends it tells. Cookies travel by themselves, so
//! whoever is known by a cookie must also come from our own pages.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use std::net::IpAddr;

/// What the headers tell of a request's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// From a page of ours, or typed in by a person.
    Ours,
    /// From a page of another origin; other subdomains and ports are that, too.
    Foreign,
    /// Nothing: no browser of the last years.
    Nothing,
}

/// Whether the request is told to come from the same origin. With neither `Sec-Fetch-Site` nor
/// `Origin` it is not: for whom a cookie is the credential, silence is no proof.
pub fn same_origin(headers: &HeaderMap) -> bool {
    told(headers) == Told::Ours
}

/// Whether the request is told to come from another origin. With neither header it is not: scripts
/// send none. For requests that carry no credential yet and set a cookie.
pub fn cross_origin(headers: &HeaderMap) -> bool {
    told(headers) == Told::Foreign
}

/// Whether a browser tells where the request comes from, which it does with every change; scripts
/// don't.
pub fn told_by_a_browser(headers: &HeaderMap) -> bool {
    told(headers) != Told::Nothing
}

/// Whether the request calls the server by an address or as `localhost`, which no name of the web
/// can be made to mean; or by nothing, which no browser does.
pub fn is_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else { return true };
    let Some(host) = host.to_str().ok().map(str::to_ascii_lowercase) else { return false };
    let without_port = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => &host,
    };
    let bare = without_port.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(without_port).parse::<IpAddr>().is_ok()
        || without_port == "localhost"
        || without_port.ends_with(".localhost")
}

/// `Sec-Fetch-Site` decides where it is sent, as no page can forge it; then `Origin` against `Host`.
fn told(headers: &HeaderMap) -> Told {
    if let Some(site) = headers.get("sec-fetch-site") {
        let ours = matches!(site.as_bytes(), b"same-origin" | b"none");
        return if ours { Told::Ours } else { Told::Foreign };
    }
    let Some(origin) = headers.get(ORIGIN) else { return Told::Nothing };
    let origin = origin.to_str().ok().and_then(host_of_origin);
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match (origin, host) {
        (Some((origin, port)), Some(host)) if same_host(origin, port, host) => Told::Ours,
        _ => Told::Foreign,
    }
}

/// The host and port of `scheme://host[:port]`, and the port that the scheme implies. None for
/// `null` and what is no origin of the web.
fn host_of_origin(origin: &str) -> Option<(&str, &'static str)> {
    [("http://", ":80"), ("https://", ":443")]
        .into_iter()
        .find_map(|(scheme, port)| origin.strip_prefix(scheme).map(|host| (host, port)))
        .filter(|(host, _)| !host.is_empty())
}

/// Browsers leave the scheme's own port out of `Origin`; a proxy may still write it into `Host`.
fn same_host(origin: &str, port: &str, host: &str) -> bool {
    let plain = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
    plain(origin) == plain(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs.map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn the_browsers_own_word_decides() {
        for site in ["same-origin", "none"] {
            assert!(same_origin(&headers(&[("sec-fetch-site", site)])), "{site}");
        }
        for site in ["same-site", "cross-site", ""] {
            let headers =
                headers(&[("sec-fetch-site", site), ("origin", "http://a"), ("host", "a")]);
            assert!(!same_origin(&headers) && cross_origin(&headers), "{site}");
        }
    }

    #[test]
    fn without_it_the_origin_must_be_the_host() {
        for (origin, host) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("https://chat.example", "chat.example"),
            ("https://chat.example", "chat.example:443"),
            ("http://Chat.example", "chat.example:80"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            assert!(same_origin(&headers(&[("origin", origin), ("host", host)])), "{origin}");
        }
        for (origin, host) in [
            ("null", "chat.example"),
            ("http://", ""),
            ("https://evil.example", "chat.example"),
            ("https://chat.example.evil.example", "chat.example"),
            ("http://chat.example:8080", "chat.example"),
            ("file://chat.example", "chat.example"),
        ] {
            let headers = headers(&[("origin", origin), ("host", host)]);
            assert!(!same_origin(&headers) && cross_origin(&headers), "{origin}");
        }
    }

    #[test]
    fn this_machine_is_called_by_an_address_or_as_localhost() {
        for host in ["127.0.0.1", "127.0.0.1:3000", "[::1]:3000", "[::1]", "10.0.0.7:80"] {
            assert!(is_this_machine(&headers(&[("host", host)])), "{host}");
        }
        for host in ["localhost", "LocalHost:3000", "chat.localhost:80"] {
            assert!(is_this_machine(&headers(&[("host", host)])), "{host}");
        }
        assert!(is_this_machine(&headers(&[])));
        for host in
            ["chat", "127.0.0.1.evil.example", "localhost.evil.example:80", "xlocalhost", ""]
        {
            assert!(!is_this_machine(&headers(&[("host", host)])), "{host}");
        }
    }

    #[test]
    fn silence_is_neither_proof_nor_offence() {
        let silent = headers(&[("host", "chat.example")]);
        assert!(!same_origin(&silent));
        assert!(!cross_origin(&silent) && !told_by_a_browser(&silent));
        assert!(told_by_a_browser(&headers(&[("origin", "http://a")])));
    }
}
