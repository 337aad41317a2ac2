//! Fetching what a link leads to: the request, redirects (each judged anew), what kind of thing is
//! read at all, and how much of it. How long it may take is for who asks.

use super::connect::{Fault, Network, Reply, unreachable};
use super::guard::Target;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    HeaderMap, HeaderName, LOCATION, USER_AGENT,
};
use hyper::{Method, Request};
use shared::limits::{PREVIEW_MAX_BYTES, PREVIEW_PICTURE_MAX_BYTES, PREVIEW_REDIRECTS_MAX};
use url::{Position, Url};

/// What this server calls itself.
const OURSELVES: &str = concat!("Hubbub/", env!("CARGO_PKG_VERSION"), " (link preview)");

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A page, or a picture that the link leads to.
    Either,
    /// A picture.
    Picture,
}

/// What kind of thing was fetched, as its answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A page. Its beginning is enough.
    Page,
    /// A picture. Only all of it is one.
    Picture,
}

/// What was fetched.
#[derive(Debug)]
pub(super) struct Fetched {
    /// Where it was found in the end.
    pub(super) url: Url,
    /// What it is said to be.
    pub(super) kind: Kind,
    /// Its encoding, if the answer names one.
    pub(super) charset: Option<String>,
    /// A whole picture, or at most the first 512 KiB of a page.
    pub(super) bytes: Vec<u8>,
}

/// Fetches what a target leads to, over at most three redirects.
///
/// # Errors
/// Why there is nothing.
pub(super) async fn fetch(
    network: &Network,
    mut target: Target,
    wanted: Wanted,
) -> Result<Fetched, Fault> {
    for _ in 0..=PREVIEW_REDIRECTS_MAX {
        let reply = network.ask(&target, request(&target, wanted)?).await?;
        let status = reply.response.status();
        if status.is_redirection() {
            let next = next(&target.url, reply.response.headers()).ok_or(Fault::Redirects)?;
            target = network.guard.target(next)?;
        } else if status.as_u16() == 200 {
            return take(target.url, reply, wanted).await;
        } else {
            return Err(Fault::Status(status.as_u16()));
        }
    }
    Err(Fault::Redirects)
}

fn next(from: &Url, headers: &HeaderMap) -> Option<Url> {
    let place = headers.get(LOCATION)?;
    from.join(std::str::from_utf8(place.as_bytes()).ok()?).ok()
}

fn request(target: &Target, wanted: Wanted) -> Result<Request<Empty<Bytes>>, Fault> {
    let path = &target.url[Position::BeforePath..Position::AfterQuery];
    let host = match target.url.port() {
        Some(port) => format!("{}:{port}", target.host),
        None => target.host.to_string(),
    };
    let accept = match wanted {
        Wanted::Either => "text/html, application/xhtml+xml, image/*;q=0.8",
        Wanted::Picture => "image/*",
    };
    let request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .header(HOST, host)
        .header(USER_AGENT, OURSELVES)
        .header(ACCEPT, accept)
        // A small compressed answer could become anything; what is not compressed is what it is.
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close");
    request.body(Empty::new()).map_err(|cause| unreachable(&cause))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// What an answer says that it is: its kind and encoding.
fn kind(headers: &HeaderMap) -> Option<(Kind, Option<String>)> {
    let line = text(headers, &CONTENT_TYPE)?;
    let mut parts = line.split(';').map(str::trim);
    let named = parts.next()?.to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let kind = match named.as_str() {
        "text/html" | "application/xhtml+xml" => Kind::Page,
        // It isn't a picture of pixels, and can hold programs.
        "image/svg+xml" => return None,
        other if other.starts_with("image/") => Kind::Picture,
        _ => return None,
    };
    Some((kind, charset.map(str::to_owned)))
}

async fn take(url: Url, mut reply: Reply, wanted: Wanted) -> Result<Fetched, Fault> {
    let headers = reply.response.headers();
    let plain = text(headers, &CONTENT_ENCODING);
    let plain = plain.is_none_or(|coding| coding.trim().eq_ignore_ascii_case("identity"));
    let (kind, charset) = kind(headers).filter(|_| plain).ok_or(Fault::Kind)?;
    let announced = text(headers, &CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let most = match (kind, wanted) {
        (Kind::Page, Wanted::Either) => PREVIEW_MAX_BYTES,
        (Kind::Page, Wanted::Picture) => return Err(Fault::Kind),
        (Kind::Picture, _) => PREVIEW_PICTURE_MAX_BYTES,
    };
    if kind == Kind::Picture && announced.is_some_and(|length| length > most as u64) {
        return Err(Fault::TooLarge);
    }
    let body = reply.response.body_mut();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|cause| unreachable(&cause))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() <= most {
            bytes.extend_from_slice(&data);
        } else if kind == Kind::Page {
            bytes.extend_from_slice(&data[..most - bytes.len()]);
            break;
        } else {
            return Err(Fault::TooLarge);
        }
    }
    Ok(Fetched { url, kind, charset, bytes })
}

#[cfg(test)]
mod tests;
