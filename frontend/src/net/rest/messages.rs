//! The calls about one message: reading it, pinning, remembering, passing on, following its thread,
//! and what its files and links hold. Writing and changing messages is the floor's above.

use super::{Failure, Method, fetch, get, read, write};
use shared::api::messages::{Places, PostMessage, Versions};
use shared::json::Wire;
use shared::{Attachment, ChannelId, ChatMessage, Forward, MessageId, Seq, paths};

/// One message.
pub async fn one(channel: ChannelId, message: MessageId) -> Result<ChatMessage, Failure> {
    get(&paths::message(channel, message)).await
}

/// Which message the event of this seq is about; none if nothing has this seq yet.
pub async fn at(channel: ChannelId, seq: Seq) -> Result<Places, Failure> {
    let after = seq.saturating_sub(1).to_string();
    get(&[&paths::events(channel), "?limit=1&after=", &after].concat()).await
}

/// Every text that a message had.
pub async fn versions(channel: ChannelId, message: MessageId) -> Result<Versions, Failure> {
    get(&paths::versions(channel, message)).await
}

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

/// Removes the previews of a message's links.
pub async fn remove_previews(channel: ChannelId, message: MessageId) -> Result<(), Failure> {
    set(paths::previews(channel, message), false).await
}

/// Repeats a message in a channel.
pub async fn forward(to: ChannelId, forward: Forward, nonce: String) -> Result<(), Failure> {
    let body = PostMessage { forward: Some(forward), nonce: Some(nonce), ..PostMessage::default() };
    fetch(Method::POST, &paths::messages(to), write(&body)).await.map(drop)
}

/// How a text begins.
#[derive(Debug, Wire)]
pub struct TextPreview {
    /// Its first lines, as the server's safe HTML.
    pub html: String,
    /// Whether it goes on.
    pub truncated: bool,
}

/// How a file of text begins.
pub async fn text_preview(file: &Attachment) -> Result<TextPreview, Failure> {
    let path = paths::upload(file.upload_id, &file.filename);
    read(&fetch(Method::GET, &[&path, "?preview=true"].concat(), None).await?)
}
