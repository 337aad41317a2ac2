//! The page to read and try the API: Swagger UI, from inside the binary, without the Internet. Which of
//! its files are in here is said in `build.rs`.

use super::problem;
use crate::error::Error;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use shared::paths;
use std::io::Read as _;

/// Swagger UI writes styles into elements; scripts come from its files alone, and it asks this
/// server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; \
     form-action 'none'; frame-ancestors 'none'";

/// The page. Its place is told, so that it finds its files with and without a slash at the end of its
/// own address.
const PAGE: &str = r#"<!DOCTYPE html>
<html lang="en">
  <head>
    <base href="BASE/">
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>The API of Hubbub</title>
    <link rel="stylesheet" href="./swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="./swagger-ui-bundle.js"></script>
    <script src="./start.js"></script>
  </body>
</html>
"#;

/// Shows our document, and has no validator elsewhere asked.
const START: &str = r##"window.ui = SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "DOCUMENT",
  validatorUrl: "none",
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  withCredentials: true,
  presets: [SwaggerUIBundle.presets.apis],
});
"##;

const STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));
const SCRIPT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));

/// A page to read this document and try it.
#[utoipa::path(get, path = paths::DOCS, tag = "document", operation_id = "docs", security(()),
    responses((status = 200, description = "The page", body = String, content_type = "text/html")))]
pub async fn docs() -> Response {
    let page = PAGE.replace("BASE", paths::DOCS).into_bytes();
    answer(page, "text/html; charset=utf-8", "no-cache")
}

/// What that page loads.
pub async fn asset(Path(name): Path<String>) -> Response {
    file(&name)
}

fn file(name: &str) -> Response {
    let script = "text/javascript; charset=utf-8";
    let (bytes, kind) = match name {
        "swagger-ui.css" => (unpacked(STYLE), "text/css; charset=utf-8"),
        "swagger-ui-bundle.js" => (unpacked(SCRIPT), script),
        "start.js" => (Ok(START.replace("DOCUMENT", paths::OPENAPI).into_bytes()), script),
        _ => return problem::no_such_path().into_response(),
    };
    match bytes {
        Ok(bytes) => answer(bytes, kind, "public, max-age=3600"),
        Err(cause) => Error::internal("the docs page", &cause).into_response(),
    }
}

/// They are in the program as they are smallest, and are told so little that it does not matter what it
/// costs to unpack them.
fn unpacked(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn answer(bytes: Vec<u8>, kind: &'static str, cache: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY), (CACHE_CONTROL, cache)];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    async fn text(response: Response) -> String {
        assert_eq!(response.status(), StatusCode::OK);
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_page_and_everything_it_loads_are_here() {
        let html = text(docs().await).await;
        assert!(html.contains("<base href=\"/api/docs/\">"), "{html}");
        let loaded = html.split("src=\"./").skip(1).chain(html.split("href=\"./").skip(1));
        let names: Vec<&str> = loaded.filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        for name in names {
            assert!(!text(file(name)).await.is_empty(), "{name}");
        }
        assert_eq!(file("nothing.js").status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn it_reads_our_document_and_asks_no_validator_elsewhere() {
        let script = text(file("start.js")).await;
        assert!(script.contains("url: \"/api/openapi.json\""), "{script}");
        assert!(script.contains("validatorUrl: \"none\""), "{script}");
    }
}
