//! Uploading files, and looking into them.

use crate::Attachment;
use crate::json::Wire;
use serde::{Deserialize, Serialize};

/// The answer to `POST /api/uploads`: what was stored, in the order in which it was sent. A message
/// can take each of them once, within [`crate::limits::UPLOAD_UNUSED_HOURS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// The files.
    pub uploads: Vec<Attachment>,
}

/// `GET /api/uploads/{uploadId}/{filename}?preview=true`: how a text begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TextPreview {
    /// Its first lines as safe HTML: at most 200 lines and 65,536 bytes of text.
    pub html: String,
    /// How many lines that are.
    pub lines: u64,
    /// Whether the text goes on.
    pub truncated: bool,
}
