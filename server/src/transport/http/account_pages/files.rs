//! The one script of these pages, which asks browsers for passkeys, from inside the program. Its
//! address tells what is in it. How the pages look is the desk's.

use crate::transport::http::extract::Path;
use crate::transport::http::problem;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use shared::paths;
use std::sync::LazyLock;

const SCRIPT: &str = include_str!("passkey.js");
const NAME: &str = "passkey.js";

static VERSION: LazyLock<String> = LazyLock::new(|| {
    Sha256::digest(SCRIPT).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// Where the script is.
pub(super) fn script() -> String {
    paths::account::settings_file(&VERSION, NAME)
}

/// `GET /settings/files/{version}/{name}`: kept for ever, as another version has another address.
pub async fn get(Path((version, name)): Path<(String, String)>) -> Response {
    if name != NAME || version != *VERSION {
        return problem::no_such_path().into_response();
    }
    let kind = "text/javascript; charset=utf-8";
    let cache = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], SCRIPT).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stays_small() {
        assert!(SCRIPT.len() <= 3 * 1024, "{} bytes", SCRIPT.len());
    }
}
