//! The built frontend: files that Trunk wrote, inside the binary (debug builds read them from disk).
//! What is there in a compressed form is in the program in that form alone; for who can't read it, it is
//! unpacked once.
//!
//! The page itself is not served from here: `page` fills it in as a template.

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Mutex, PoisonError};

/// The name of the page, which is a template.
const PAGE: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
#[cfg_attr(not(debug_assertions), exclude = "*.css")]
#[cfg_attr(not(debug_assertions), exclude = "*.js")]
#[cfg_attr(not(debug_assertions), exclude = "*.svg")]
#[cfg_attr(not(debug_assertions), exclude = "*.txt")]
#[cfg_attr(not(debug_assertions), exclude = "*.wasm")]
struct Bundle;

/// What was unpacked, by name: at most the files of the bundle.
static UNPACKED: Mutex<Option<HashMap<String, Bytes>>> = Mutex::new(None);

/// What a compressed file holds; None if it is spoilt, which a build would have to be.
fn unpacked(name: &str, compressed: &[u8]) -> Option<Bytes> {
    let mut all = UNPACKED.lock().unwrap_or_else(PoisonError::into_inner);
    let all = all.get_or_insert_default();
    // Debug builds read from disk, where another build may have taken the place of the last.
    if let Some(known) = all.get(name).filter(|_| !cfg!(debug_assertions)) {
        return Some(known.clone());
    }
    let mut plain = Vec::new();
    let mut reader = brotli_decompressor::Decompressor::new(compressed, 4096);
    if let Err(cause) = reader.read_to_end(&mut plain) {
        tracing::error!(%cause, name, "a file of the page can't be unpacked");
        return None;
    }
    let plain = Bytes::from(plain);
    all.insert(name.to_owned(), plain.clone());
    Some(plain)
}

/// The page as Trunk wrote it; None when the server was built without a bundle.
pub(super) fn page() -> Option<EmbeddedFile> {
    Bundle::get(PAGE)
}

/// The answer to a path that names a file of the bundle. None when it names none; `index.html` and
/// the compressed siblings have no address of their own.
pub(super) fn serve(path: &str, headers: &HeaderMap) -> Option<Response> {
    let name = path.strip_prefix('/')?;
    if name == PAGE || has_extension(name, "br") {
        return None;
    }
    let compressed = Bundle::get(&format!("{name}.br"));
    let varies = compressed.is_some();
    let as_it_is = compressed.is_none() || accepts(headers, "br");
    let encoding = (varies && as_it_is).then_some("br");
    let file = compressed.or_else(|| Bundle::get(name))?;
    let kind = content_type(name);
    let (bytes, hash) = if as_it_is {
        let hash = file.metadata.sha256_hash();
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        (bytes, hash)
    } else {
        let plain = unpacked(name, &file.data)?;
        let hash = Sha256::digest(&plain).into();
        (plain, hash)
    };

    let etag = etag(&hash);
    let cache = if is_hashed(name) {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    let mut response = if matches(headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = bytes.into_response();
        insert(&mut response, CONTENT_TYPE, kind);
        if let Some(encoding) = encoding {
            insert(&mut response, CONTENT_ENCODING, encoding);
        }
        response
    };
    insert(&mut response, CACHE_CONTROL, cache);
    insert(&mut response, ETAG, &etag);
    if varies {
        insert(&mut response, VARY, "accept-encoding");
    }
    Some(response)
}

fn insert(response: &mut Response, name: axum::http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
}

/// By what Trunk writes. All text of ours is UTF-8.
fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Whether the name says what is inside, as Trunk's do: a dash, a hash of 64 bits in hex, and then
/// the end of the stem (`hubbub-0123456789abcdef.css`, `hubbub-0123456789abcdef_bg.wasm`). Trunk
/// leaves leading zeros out: fewer than ten digits come once in 2²⁴ builds, and are kept an hour.
fn is_hashed(name: &str) -> bool {
    name.split('-').skip(1).any(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        (10..=16).contains(&digits) && part[digits..].starts_with(['.', '_'])
    })
}

/// Whether an encoding is taken: named, or by `*`, and not with a weight of zero.
pub(super) fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).into_iter();
    let items = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let (mut named, mut any) = (None, None);
    for item in items {
        let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
        let weight = weight.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok());
        let taken = weight.is_none_or(|weight| weight > 0.0);
        match coding.trim() {
            coding if coding.eq_ignore_ascii_case(encoding) => named = Some(taken),
            "*" => any = Some(taken),
            _ => {}
        }
    }
    named.or(any).unwrap_or(false)
}

/// A strong tag of the bytes as they are sent, so that each encoding has its own.
pub(super) fn etag(hash: &[u8; 32]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&hash[..18]);
    format!("\"{text}\"")
}

/// Whether who asks has what the tag names.
pub(super) fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let lines = headers.get_all(IF_NONE_MATCH).into_iter();
    let mut tags = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    tags.any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brotli(line: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(line));
        accepts(&headers, "br")
    }

    #[test]
    fn brotli_is_sent_only_to_who_takes_it() {
        for line in
            ["br", "gzip, deflate, br, zstd", "gzip;q=1, BR;q=0.5", "*", "identity, *;q=0.1"]
        {
            assert!(brotli(line), "{line}");
        }
        for line in ["", "gzip", "br;q=0", "*;q=0", "*, br;q=0.0", "brotli"] {
            assert!(!brotli(line), "{line}");
        }
        assert!(!accepts(&HeaderMap::new(), "br"));
    }

    #[test]
    fn only_names_that_tell_their_content_are_kept_for_ever() {
        for name in [
            "hubbub-frontend-0123456789abcdef.js",
            "hubbub-frontend-0123456789abcdef_bg.wasm",
            "hubbub-fedcba9876543210.css",
            "hubbub-4eeed587f1ade91.css",
        ] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "fonts/figtree.woff2",
            "icon-0123.svg",
            "a-0123456789abcdef0.js",
            "a-0123456789abcdeg.js",
            "0123456789abcdef.js",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn a_known_tag_is_found_in_a_list() {
        let mut headers = HeaderMap::new();
        headers.insert(IF_NONE_MATCH, HeaderValue::from_static("\"a\", W/\"b\""));
        assert!(matches(&headers, "\"a\"") && matches(&headers, "\"b\""));
        assert!(!matches(&headers, "\"c\""));
    }

    #[test]
    fn the_page_and_compressed_siblings_have_no_address() {
        for path in ["/index.html", "/a.js.br", "/../Cargo.toml", "/missing.js", "x"] {
            assert!(serve(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }
}
