//! The OpenAPI document, made from the handlers and the wire types themselves (`made.rs`), so that it
//! can't drift from them: a test holds `docs/openapi.json`, which is served, against what they make.
//! Sockets and their frames are described in it, too. `docs` shows it.

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod frames;
pub(super) mod limit;
#[cfg(test)]
mod made;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod tests;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use shared::paths;

/// The document.
const DOCUMENT: &str = include_str!("../../../../docs/openapi.json");

/// This document.
#[utoipa::path(get, path = paths::OPENAPI, tag = "document", operation_id = "openapi", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT)
}
