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
