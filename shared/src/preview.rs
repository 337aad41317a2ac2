//! What a link leads to, as the server found it.

use crate::json::Wire;
use serde::{Deserialize, Serialize};

/// The preview of one link of a message. Its picture is the server's own copy: a browser never
/// loads anything from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The link, as it stands in the message.
    pub url: String,
    /// The page's title, at most 200 characters.
    pub title: String,
    /// What the page says of itself, at most 400 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The site's name, at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The path of the picture on this server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The picture's width in pixels, so that its room can be kept; there with `image`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// The picture's height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}
