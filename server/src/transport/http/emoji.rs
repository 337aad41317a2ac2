//! The table of all emoji. It is the same for everybody and as long as the program runs, so it is
//! written and compressed once, when somebody asks first.

use super::assets::{accepts, etag, matches};
use crate::domain::emoji;
use crate::domain::identity::Caller;
use axum::body::Bytes;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use shared::api::emoji::EmojiTable;
use shared::paths;
use std::io::Write as _;
use std::sync::LazyLock;

/// The table as it is sent, and the tag of these very bytes.
struct Sent {
    bytes: Bytes,
    etag: HeaderValue,
}

impl Sent {
    fn new(bytes: Vec<u8>) -> Self {
        let etag = etag(&Sha256::digest(&bytes).into());
        // A tag is letters and digits between quotes, which every header takes.
        let etag = HeaderValue::from_str(&etag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { bytes: bytes.into(), etag }
    }
}

static PLAIN: LazyLock<Sent> = LazyLock::new(|| {
    // Only maps with keys other than texts, and numbers that are none, can't be written.
    Sent::new(serde_json::to_vec(&emoji::table()).unwrap_or_default())
});

/// Browsers take Brotli over HTTPS alone, and Gzip everywhere.
static GZIP: LazyLock<Option<Sent>> = LazyLock::new(|| {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(&PLAIN.bytes).ok()?;
    writer.finish().ok().map(Sent::new)
});

/// Every emoji with its names, in Unicode's order. Browsers may keep it for a day.
#[utoipa::path(get, path = paths::EMOJI, tag = "messages", operation_id = "listEmoji",
    responses(
        (status = 200, body = EmojiTable),
        (status = 304, description = "It is the one that `If-None-Match` names"),
    ))]
pub async fn table(_: Caller, headers: HeaderMap) -> Response {
    let gzip = GZIP.as_ref().filter(|_| accepts(&headers, "gzip"));
    let sent = gzip.unwrap_or(&PLAIN);
    let known = headers.contains_key(IF_NONE_MATCH)
        && sent.etag.to_str().is_ok_and(|etag| matches(&headers, etag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = sent.bytes.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if gzip.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    headers.insert(ETAG, sent.etag.clone());
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}
