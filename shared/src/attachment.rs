//! Files that belong to messages, as they are told on the wire. What they hold is the server's.

use crate::UploadId;
use crate::json::Wire;
use serde::{Deserialize, Serialize};

/// What a file is, decided by its content and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture with thumbnails.
    Image,
    /// Sound that browsers play.
    Audio,
    /// Moving pictures that browsers play.
    Video,
    /// UTF-8 text, which has a preview.
    Text,
    /// Anything else, to be downloaded.
    File,
}

/// A file that was uploaded. It is at `/api/uploads/{uploadId}/{filename}`; an image's thumbnails
/// are there with `?size=small` (at most 480 × 360) and `?size=large` (at most 1,600 × 1,600), in
/// WebP; the first lines of a text are there with `?preview=true`, as HTML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Which upload.
    pub upload_id: UploadId,
    /// The name it was given, made safe: 1 to 120 characters.
    pub filename: String,
    /// The media type, decided by content.
    pub content_type: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Its size in bytes, as stored.
    pub size: u64,
    /// The width of an image in pixels, upright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The height of an image in pixels, upright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}
