//! The stylesheet of these pages and their icon, inside the program. The tokens and elements are the
//! page's own, so that both look alike; nothing of it depends on what Trunk built.

use crate::transport::http::assets;
use crate::transport::http::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use shared::paths;
use std::sync::LazyLock;

const STYLE: &str = concat!(
    include_str!("../../../../../style/tokens.css"),
    include_str!("../../../../../style/base.css"),
    include_str!("../../../../../style/entrance.css"),
    include_str!("../../../../../style/desk.css"),
    include_str!("../../../../../style/account.css"),
);
const ICON: &str = include_str!("../../../../../style/icon.svg");

static HASH: LazyLock<[u8; 32]> =
    LazyLock::new(|| Sha256::new().chain_update(STYLE).chain_update(ICON).finalize().into());
static NAME: LazyLock<String> =
    LazyLock::new(|| HASH.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>());

/// Where the stylesheet is.
pub(super) fn sheet() -> String {
    paths::desk::style(&format!("desk-{}.css", *NAME))
}

/// Where the icon is.
pub(super) fn icon() -> String {
    paths::desk::style(&format!("icon-{}.svg", *NAME))
}

/// `/style/{name}`: one of the two. Their names tell what is inside, so they are kept for ever.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    if stem.split_once('-').is_none_or(|(_, hash)| hash != *NAME) {
        return missing();
    }
    let (kind, text) = match name.as_str() {
        css if css.starts_with("desk-") && css.ends_with(".css") => ("text/css", STYLE),
        svg if svg.starts_with("icon-") && svg.ends_with(".svg") => ("image/svg+xml", ICON),
        _ => return missing(),
    };
    let etag = assets::etag(&HASH);
    let mut response = if assets::matches(&headers, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response()
    };
    let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(CACHE_CONTROL, kept);
    if let Ok(etag) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(ETAG, etag);
    }
    response
}

fn missing() -> Response {
    let kind = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (StatusCode::NOT_FOUND, kind, "There is no such file.\n").into_response()
}
