//! The calls about one message: pinning, remembering, following its thread. Writing and changing
//! messages is the floor's above.

use super::{Failure, Method, fetch};
use shared::{ChannelId, MessageId, paths};

/// Does it, or undoes it: what is there or isn't.
async fn set(path: String, on: bool) -> Result<(), Failure> {
    let method = if on { Method::PUT } else { Method::DELETE };
    fetch(method, &path, None).await.map(drop)
}

/// Pins a message, or takes it down.
pub async fn pin(channel: ChannelId, message: MessageId, on: bool) -> Result<(), Failure> {
    set(paths::pin(channel, message), on).await
}

/// Remembers a message, or forgets it.
pub async fn bookmark(channel: ChannelId, message: MessageId, on: bool) -> Result<(), Failure> {
    set(paths::bookmark(channel, message), on).await
}

/// Follows the thread of a message, or does so no longer.
pub async fn follow(channel: ChannelId, message: MessageId, on: bool) -> Result<(), Failure> {
    set(paths::follow(channel, message), on).await
}
