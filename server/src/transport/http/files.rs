//! Reading files that people uploaded: whole or in part, an image's thumbnails, and how a text
//! begins. A browser is told to show nothing but images, sound and films, and to run nothing at all.

use super::extract::{Path, Query};
use super::ranges::{Part, part};
use crate::actions::uploads;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::domain::text_preview::preview;
use crate::error::{Error, Result};
use crate::storage::files::Hash;
use crate::storage::uploads::Readable;
use axum::Json as Reply;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use shared::api::uploads::TextPreview;
use shared::limits::TEXT_PREVIEW_MAX_BYTES;
use shared::{AttachmentKind, UploadId, paths};
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;
use utoipa::{IntoParams, ToSchema};

/// Bytes that are read from disk at a time for one reader.
const PIECE: usize = 64 * 1024;
/// Files never change; a browser may keep them, and no cache that others share.
const CACHE: &str = "private, max-age=31536000, immutable";
/// What is to be downloaded does nothing if it is opened all the same.
const NOTHING: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
/// A browser that shows an image or a film by itself makes a page around it, for which it needs these.
const MEDIA: &str = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; \
                     style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Which form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// The thumbnail that fits into 480 × 360.
    Small,
    /// The thumbnail that fits into 1,600 × 1,600.
    Large,
}

/// Which form of a file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormQuery {
    /// A thumbnail instead of the image, as WebP.
    #[param(inline)]
    size: Option<Size>,
    /// `true`: how the text begins, as HTML in JSON.
    #[serde(default)]
    preview: bool,
}

/// One uploaded file, to who may read its message; to its owner alone until a message takes it.
///
/// `HEAD`, one range of bytes, `If-Range` and `If-None-Match` are understood. Only images, sound and
/// films are `inline`.
#[utoipa::path(get, path = paths::UPLOAD, tag = "uploads", operation_id = "getUpload",
    params(
        ("uploadId" = UploadId, Path, description = "the upload"),
        ("filename" = String, Path, description = "its name, percent-encoded"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
        FormQuery,
    ),
    responses(
        (status = 200, description = "The file; or its preview, with `preview`",
            content((TextPreview = "application/json"), (Vec<u8> = "application/octet-stream"))),
        (status = 206, description = "The part that was asked for", body = Vec<u8>,
            content_type = "application/octet-stream"),
        (status = 304, description = "What the asker has is still right"),
        (status = 416, description = "The part that was asked for is behind the end"),
        (status = 422, body = shared::Problem, content_type = "application/problem+json",
            description = "`invalid`: this file has no such form"),
    ))]
pub async fn get(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((upload, filename)): Path<(UploadId, String)>,
    Query(asked): Query<FormQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = uploads::readable(&app, caller, upload).await?;
    if found.attachment.filename != filename {
        return Err(Error::not_found("file"));
    }
    if asked.preview {
        return text(&app, &found).await;
    }
    let (hash, content_type) = match (asked.size, found.thumbnails) {
        (None, _) => (found.hash, served_type(&found)),
        (Some(Size::Small), Some([small, _])) => (small, "image/webp"),
        (Some(Size::Large), Some([_, large])) => (large, "image/webp"),
        (Some(_), None) => {
            return Err(Error::invalid("/size", "is for images; leave it out for this file"));
        }
    };
    let (file, size) = open(&app, &hash).await?;
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(hash));
    let mut response = match part(&headers, &etag, size) {
        Part::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        Part::Unsatisfiable => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            insert(&mut response, CONTENT_RANGE, &format!("bytes */{size}"));
            response
        }
        Part::Whole => body(file, 0, size).await?,
        Part::Some(range) => {
            let mut response = body(file, range.start, range.end - range.start).await?;
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let told = format!("bytes {}-{}/{size}", range.start, range.end - 1);
            insert(&mut response, CONTENT_RANGE, &told);
            response
        }
    };
    describe(&mut response, &found, content_type, &etag);
    Ok(response)
}

/// The type that a browser is told: all text is UTF-8.
fn served_type(found: &Readable) -> &str {
    match found.attachment.kind {
        AttachmentKind::Text => "text/plain; charset=utf-8",
        _ => &found.attachment.content_type,
    }
}

async fn open(app: &AppHandle, hash: &Hash) -> Result<(File, u64)> {
    let found = app.storage.files().read(hash).await?;
    // Its message may just have been deleted.
    found.ok_or_else(|| Error::not_found("file"))
}

/// So many bytes of a file from there on, read as they are sent.
async fn body(mut file: File, from: u64, count: u64) -> Result<Response> {
    if from > 0 {
        let sought = file.seek(SeekFrom::Start(from)).await;
        sought.map_err(|cause| Error::internal("reading a file", &cause))?;
    }
    let pieces = ReaderStream::with_capacity(file.take(count), PIECE);
    let mut response = Body::from_stream(pieces).into_response();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(count));
    Ok(response)
}

/// The headers that go with a file, whatever of it is sent.
fn describe(response: &mut Response, found: &Readable, content_type: &str, etag: &str) {
    let about = &found.attachment;
    let inline =
        matches!(about.kind, AttachmentKind::Image | AttachmentKind::Audio | AttachmentKind::Video);
    insert(response, CONTENT_TYPE, content_type);
    insert(response, CONTENT_DISPOSITION, &disposition(inline, &about.filename));
    insert(response, CONTENT_SECURITY_POLICY, if inline { MEDIA } else { NOTHING });
    insert(response, CACHE_CONTROL, CACHE);
    insert(response, ACCEPT_RANGES, "bytes");
    insert(response, ETAG, etag);
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// RFC 6266: the name in ASCII for old programs, and whole for all others.
fn disposition(inline: bool, filename: &str) -> String {
    let kind = if inline { "inline" } else { "attachment" };
    let plain: String = filename
        .chars()
        .map(|c| if matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%') { c } else { '_' })
        .collect();
    let whole = paths::percent_encode(filename);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

/// How a text begins.
async fn text(app: &AppHandle, found: &Readable) -> Result<Response> {
    let about = &found.attachment;
    if about.kind != AttachmentKind::Text {
        return Err(Error::invalid("/preview", "is for texts; leave it out for this file"));
    }
    let (file, size) = open(app, &found.hash).await?;
    let mut start = Vec::with_capacity(TEXT_PREVIEW_MAX_BYTES);
    let read = file.take(TEXT_PREVIEW_MAX_BYTES as u64).read_to_end(&mut start).await;
    read.map_err(|cause| Error::internal("reading a file", &cause))?;
    let mut response = Reply(preview(&about.filename, &start, size)).into_response();
    insert(&mut response, CACHE_CONTROL, CACHE);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_break_out_of_its_header() {
        assert_eq!(
            disposition(true, "größe.png"),
            "inline; filename=\"gr__e.png\"; filename*=UTF-8''gr%C3%B6%C3%9Fe.png"
        );
        let told = disposition(false, "a\"; x=\"b\\\r\n%41.txt");
        assert_eq!(
            told,
            "attachment; filename=\"a_; x=_b____41.txt\"; \
             filename*=UTF-8''a%22%3B%20x%3D%22b%5C%0D%0A%2541.txt"
        );
    }
}
