//! The page to read and try the API: Swagger UI, from inside the binary, without the Internet.

use super::problem;
use crate::error::Error;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use shared::paths;
use std::io::Read as _;
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

/// Swagger UI writes styles into elements; scripts come from its files alone, and it asks this
/// server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; \
     form-action 'none'; frame-ancestors 'none'";

static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let config = Config::from(paths::OPENAPI)
        .validator_url("none")
        .use_base_layout()
        .display_request_duration(true)
        .doc_expansion("list")
        .default_models_expand_depth(0)
        .with_credentials(true);
    Arc::new(config)
});

/// A page to read this document and try it.
#[utoipa::path(get, path = paths::DOCS, tag = "document", operation_id = "docs", security(()),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
pub async fn docs() -> Response {
    file("index.html")
}

/// What that page loads.
pub async fn asset(Path(name): Path<String>) -> Response {
    file(&name)
}

fn file(name: &str) -> Response {
    let found = match utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG)) {
        Ok(found) => found,
        Err(cause) => return Error::internal("the docs page", &cause).into_response(),
    };
    let Some(file) = found else { return problem::no_such_path().into_response() };
    // They are in the program as they are smallest, and are told so little that it does not matter
    // what it costs to unpack them.
    let mut bytes = Vec::new();
    let unpacked = if file.gzpipped {
        flate2::read::GzDecoder::new(&*file.bytes).read_to_end(&mut bytes).map(drop)
    } else {
        bytes = file.bytes.into_owned();
        Ok(())
    };
    if let Err(cause) = unpacked {
        return Error::internal("the docs page", &cause).into_response();
    }
    let mut response = if name == "index.html" {
        match String::from_utf8(bytes) {
            Ok(page) => placed(&page).into_response(),
            Err(cause) => return Error::internal("the docs page", &cause).into_response(),
        }
    } else {
        bytes.into_response()
    };
    let mut insert = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    };
    insert(CONTENT_TYPE, &file.content_type);
    insert(CONTENT_SECURITY_POLICY, POLICY);
    insert(
        CACHE_CONTROL,
        if name.ends_with(".html") { "no-cache" } else { "public, max-age=3600" },
    );
    response
}

/// The page with its place told, so that it finds its files with and without a slash at the end of
/// its own address.
fn placed(page: &str) -> String {
    let base = format!("<head>\n    <base href=\"{}/\">", paths::DOCS);
    page.replacen("<head>", &base, 1).replacen("Swagger UI", "The API of Hubbub", 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn the_page_and_everything_it_loads_are_here() {
        let page = docs().await;
        assert_eq!(page.status(), StatusCode::OK);
        let body = axum::body::to_bytes(page.into_body(), usize::MAX).await.unwrap();
        let html = String::from_utf8(body.to_vec()).unwrap();
        assert!(html.contains("<base href=\"/api/docs/\">"), "{html}");
        let loaded = html.split("src=\"").skip(1).chain(html.split("href=\"./").skip(1));
        let names: Vec<&str> = loaded
            .filter_map(|rest| rest.split('"').next())
            .map(|name| name.trim_start_matches("./"))
            .collect();
        assert!(names.len() >= 4, "{names:?}");
        for name in names {
            assert_eq!(file(name).status(), StatusCode::OK, "{name}");
        }
        assert_eq!(file("nothing.js").status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn it_reads_our_document_and_asks_no_validator_elsewhere() {
        let script = file("swagger-initializer.js");
        let body = axum::body::to_bytes(script.into_body(), usize::MAX).await.unwrap();
        let script = String::from_utf8(body.to_vec()).unwrap();
        assert!(script.contains("\"/api/openapi.json\""), "{script}");
        assert!(script.contains("\"validatorUrl\": \"none\""), "{script}");
    }
}
