//! Previews of links: taking them away, and their pictures, which this server holds itself so that
//! no browser asks another one.

use super::extract::Path;
use super::messages::one_nonce;
use crate::actions::{outcome, previews};
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use shared::{ChannelId, MessageId, paths};

/// Show no previews of a message's links, until its text is changed. What shows none stays so.
#[utoipa::path(delete, path = paths::PREVIEWS, tag = "messages", operation_id = "removePreviews",
    params(
        ("channelId" = ChannelId, Path, description = "the channel"),
        ("messageId" = MessageId, Path, description = "the message: one's own, or any as the \
            channel's creator"),
    ),
    responses(
        (status = 204, description = "It shows none"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "The message is deleted, or the nonce belongs to something else"),
    ))]
pub async fn remove(
    State(app): State<AppHandle>,
    caller: Caller,
    Path((channel, message)): Path<(ChannelId, MessageId)>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    let nonce = one_nonce(&headers, None)?;
    outcome(|done| previews::remove(&app, caller, channel, message, nonce, done)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a picture is served with. It never changes under its name; and should it ever be opened by
/// itself, it can do nothing.
const PICTURE: [(HeaderName, &str); 4] = [
    (CONTENT_TYPE, "image/webp"),
    (CACHE_CONTROL, "private, max-age=31536000, immutable"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    (CONTENT_DISPOSITION, "inline"),
];

/// The picture of a preview, as its `image` names it: this server's own small copy.
#[utoipa::path(get, path = paths::PREVIEW_IMAGE, tag = "messages", operation_id = "previewPicture",
    params(("name" = String, Path, description = "the picture's name")),
    responses((status = 200, description = "The picture", content_type = "image/webp",
        body = Vec<u8>)))]
pub async fn picture(
    State(app): State<AppHandle>,
    _: Caller,
    Path(name): Path<String>,
) -> Result<([(HeaderName, &'static str); 4], Vec<u8>)> {
    Ok((PICTURE, previews::picture(&app, &name).await?))
}
