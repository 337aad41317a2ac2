//! Files that belong to messages, as they are told on the wire. What they hold is the server's.

use crate::UploadId;
use crate::json::Wire;
use serde::{Deserialize, Serialize};

/// What a file is, decided by its content and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A JPEG, PNG, GIF or WebP that could be decoded, with thumbnails. What of these could not, or has
    /// too many pixels, is a `file`.
    Image,
    /// Sound that browsers play.
    Audio,
    /// Moving pictures that browsers play.
    Video,
    /// UTF-8 text, which has a preview. HTML, SVG and other XML are a `file`.
    Text,
    /// Anything else, to be downloaded: it is never shown inside a page.
    File,
}

/// A file that was uploaded. It is at `/api/uploads/{uploadId}/{filename}`; an image's thumbnails
/// are there with `?size=small` (at most 480 × 360) and `?size=large` (at most 1,600 × 1,600), in
/// WebP and never larger than the image; the first lines of a text are there with `?preview=true`, as
/// HTML. An image is stored without its metadata (place, camera, time), and keeps its colour profile
/// and which way is up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Which upload.
    pub upload_id: UploadId,
    /// The name it was given, made safe: 1 to 120 characters, without folders, control characters and
    /// what changes the direction of writing.
    pub filename: String,
    /// The media type, decided by content.
    pub content_type: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Its size in bytes, as stored: without an image's metadata.
    pub size: u64,
    /// The width of an image in pixels, upright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The height of an image in pixels, upright.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}
