//! Uploading files and taking them back. Reading them is `files.rs`'s.

use super::extract::{Path, Query};
use super::streaming;
use crate::actions::uploads::{self, Reception};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::{Error, Result};
use crate::storage::uploads::StoredUploads;
use axum::Json as Reply;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt as _;
use serde::Deserialize;
use shared::api::uploads::Uploaded;
use shared::limits::{UPLOAD_FILES_MAX, UPLOAD_MAX_BYTES};
use shared::{ErrorCode, UploadId, paths};
use std::pin::pin;
use utoipa::{IntoParams, ToSchema};

/// Longest body: the most files, and what stands around them.
const BODY_MAX: u64 = UPLOAD_FILES_MAX as u64 * UPLOAD_MAX_BYTES + 1024 * 1024;

/// How a file is sent by itself.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RawQuery {
    /// The name of the one file that is the whole body; for bodies other than
    /// `multipart/form-data`, of any content type.
    filename: Option<String>,
}

/// The files of a form. For the document alone.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it is read as a stream")]
pub struct UploadForm {
    /// One or more files, at most 10, each of at most 67,108,864 bytes. Other parts are passed over.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<u8>,
}

/// Upload files.
///
/// Answered once they are on disk. A message that names an upload takes it; what no message takes is
/// removed after 24 hours. Metadata of images (place, camera, time) is taken out. With an
/// `Idempotency-Key` a repeat answers 200 with the first outcome, for as long as that is there.
#[utoipa::path(post, path = paths::UPLOADS, tag = "uploads", operation_id = "upload",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    params(
        RawQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "the user's own id of the \
            request: 1 to 64 visible ASCII characters"),
    ),
    responses(
        (status = 201, body = Uploaded, description = "Stored, and on disk"),
        (status = 200, body = Uploaded, description = "Stored before, with the same key"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "`conflict`: one's files would take more than 4 GiB"),
    ))]
pub async fn upload(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<RawQuery>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, Reply<Uploaded>)> {
    let form = form(&headers)?;
    if form.is_none() && asked.filename.is_none() {
        return Err(Error::new(
            ErrorCode::UnsupportedMediaType,
            "send the files as `multipart/form-data` in parts named `file`, or one file as the \
             whole body with `?filename=`",
        ));
    }
    let max = if form.is_some() { BODY_MAX } else { UPLOAD_MAX_BYTES };
    if streaming::told_too_large(&headers, max) {
        // Who waits for `100 Continue` has sent nothing yet, and will not.
        if !headers.contains_key(EXPECT) {
            drop(streaming::pieces(request.into_body(), max, app.clock));
        }
        return Err(streaming::too_large(max));
    }
    let nonce = super::messages::one_nonce(&headers, None)?;
    let mut pieces = pin!(streaming::pieces(request.into_body(), max, app.clock));
    if let Some(nonce) = &nonce {
        let uploads = uploads::stored_before(&app, caller, nonce).await?;
        if !uploads.is_empty() {
            // Its sender may send all of it before it looks for the answer.
            while pieces.next().await.transpose()?.is_some() {}
            return Ok((StatusCode::OK, Reply(Uploaded { uploads })));
        }
    }
    let mut reception = Reception::begin(AppHandle::clone(&app), caller).await?;
    match form {
        Some(boundary) => {
            let mut form = multer::Multipart::new(pieces, boundary);
            while let Some(mut part) = form.next_field().await.map_err(refused)? {
                if part.name() != Some("file") {
                    continue;
                }
                reception.file(part.file_name()).await?;
                while let Some(piece) = part.chunk().await.map_err(refused)? {
                    reception.write(&piece).await?;
                }
            }
        }
        None => {
            reception.file(asked.filename.as_deref()).await?;
            while let Some(piece) = pieces.next().await.transpose()? {
                reception.write(&piece).await?;
            }
        }
    }
    let StoredUploads { uploads, duplicate } = reception.finish(nonce).await?;
    let status = if duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Reply(Uploaded { uploads })))
}

/// The boundary of a form; None when the body is something else.
fn form(headers: &HeaderMap) -> Result<Option<String>> {
    let kind = headers.get(CONTENT_TYPE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or(kind).trim();
    if !essence.eq_ignore_ascii_case("multipart/form-data") {
        return Ok(None);
    }
    multer::parse_boundary(kind).map(Some).map_err(|_| {
        Error::new(ErrorCode::Malformed, "the `Content-Type` of the form has no `boundary`")
    })
}

/// What a form that can't be read is refused with.
fn refused(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast::<Error>() {
            Ok(error) => *error,
            Err(cause) => Error::internal("reading a form", &cause),
        },
        cause => Error::new(ErrorCode::Malformed, format!("the form can't be read: {cause}")),
    }
}

/// Take back an upload that no message took.
#[utoipa::path(delete, path = paths::UPLOAD_BY_ID, tag = "uploads", operation_id = "removeUpload",
    params(("uploadId" = UploadId, Path, description = "the upload")),
    responses(
        (status = 204, description = "It is removed"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "`conflict`: a message carries it"),
    ))]
pub async fn remove(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(upload): Path<UploadId>,
) -> Result<StatusCode> {
    uploads::cancel(&app, caller, upload).await?;
    Ok(StatusCode::NO_CONTENT)
}
