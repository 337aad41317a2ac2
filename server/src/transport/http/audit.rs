//! The audit log: a page of it, and all of it as a stream of JSON Lines. For the owner alone.

use super::extract::{Limit, Query};
use crate::actions::audit::{self, Wanted};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::Json as Reply;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use shared::api::audit::{Act, AuditPage};
use shared::{UserId, paths};
use utoipa::IntoParams;

/// Which lines are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Lines before this one; the newest if left out.
    before: Option<u64>,
    /// How many: 50 if left out, 500 at most.
    #[param(schema_with = super::openapi::limit::limit)]
    limit: Option<Limit>,
    /// Lines of this act alone.
    act: Option<Act>,
    /// Lines by or with this user alone.
    user_id: Option<UserId>,
}

/// Who did what with accounts, rights and the server, newest first. For the owner.
#[utoipa::path(get, path = paths::AUDIT, tag = "audit", operation_id = "auditLog",
    params(AuditQuery),
    responses(
        (status = 200, body = AuditPage),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`forbidden`: only for the owner"),
    ))]
pub async fn page(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<AuditQuery>,
) -> Result<Reply<AuditPage>> {
    let AuditQuery { before, limit, act, user_id } = asked;
    let wanted = Wanted { before, limit: limit.map(|limit| limit.0), act, user_id };
    Ok(Reply(audit::page(&app, caller, wanted).await?))
}

/// All of the audit log as JSON Lines, one entry a line, oldest first. For the owner.
#[utoipa::path(get, path = paths::AUDIT_EXPORT, tag = "audit", operation_id = "exportAuditLog",
    responses(
        (status = 200, body = String, content_type = "application/x-ndjson",
            description = "A stream that ends with the newest line"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`forbidden`: only for the owner"),
    ))]
pub async fn export(State(app): State<AppHandle>, caller: Caller) -> Result<Response> {
    audit::permit(&app, caller).await?;
    // A part is read once the one before is sent: the log is never in memory as a whole. A fault in
    // the middle breaks the stream off, so that nobody takes a part for the whole.
    let lines = stream::try_unfold(0, move |last| {
        let app = app.clone();
        async move {
            let entries = audit::after(&app, last).await.map_err(std::io::Error::other)?;
            let Some(next) = entries.last().map(|entry| entry.no) else { return Ok(None) };
            let mut lines = Vec::new();
            for entry in &entries {
                serde_json::to_writer(&mut lines, entry)?;
                lines.push(b'\n');
            }
            Ok::<_, std::io::Error>(Some((Bytes::from(lines), next)))
        }
    });
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_DISPOSITION, "attachment; filename=\"hubbub-audit.jsonl\""),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}
