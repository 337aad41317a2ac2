//! URLs of the pages that the server draws by itself, with forms and without scripts.

use super::fill;
use crate::ChannelId;

/// Administering the server: its people.
pub const ADMIN: &str = "/admin";
/// Its invites.
pub const ADMIN_INVITES: &str = "/admin/invites";
/// Its channels, as far as who administers it is in them.
pub const ADMIN_CHANNELS: &str = "/admin/channels";
/// One of them.
pub const ADMIN_CHANNEL: &str = "/admin/channels/{channelId}";
/// Its bots.
pub const ADMIN_BOTS: &str = "/admin/bots";
/// What was written down.
pub const ADMIN_LOG: &str = "/admin/log";
/// What these pages look like; the name changes with what is inside.
pub const STYLE: &str = "/style/{name}";

/// Administering one channel.
pub fn admin_channel(channel: ChannelId) -> String {
    fill(ADMIN_CHANNEL, &[&channel.to_string()])
}

/// A file with what these pages look like.
pub fn style(name: &str) -> String {
    fill(STYLE, &[name])
}
