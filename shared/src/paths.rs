//! Every URL of the API, once. Functions are what callers ask for; the constants with `{…}` are
//! what the server's router matches.

pub mod account;
pub mod desk;
mod encoding;

pub use encoding::percent_encode;

use crate::{ChannelId, ClientId, MessageId, PasskeyId, Seq, UploadId, UserId};

/// Sign up.
pub const USER: &str = "/api/user";
/// Log in.
pub const LOGIN: &str = "/api/login";
/// Log out.
pub const LOGOUT: &str = "/api/logout";
/// What the entrance needs to know.
pub const SETUP: &str = "/api/setup";
/// A ticket for a WebSocket.
pub const TICKET: &str = "/api/ticket";
/// Oneself.
pub const ME: &str = "/api/me";
/// One's clients.
pub const CLIENTS: &str = "/api/clients";
/// One client.
pub const CLIENT: &str = "/api/clients/{clientId}";
/// Looking users up.
pub const USERS: &str = "/api/users";
/// One user.
pub const USER_BY_ID: &str = "/api/users/{userId}";
/// Somebody's role on the server.
pub const USER_ROLE: &str = "/api/users/{userId}/role";
/// Whether somebody's account is out of use.
pub const DEACTIVATION: &str = "/api/users/{userId}/deactivation";
/// Who owns the server.
pub const OWNER: &str = "/api/owner";
/// The audit log, newest first.
pub const AUDIT: &str = "/api/audit";
/// All of it, as JSON Lines.
pub const AUDIT_EXPORT: &str = "/api/audit/export";
/// Invites.
pub const INVITES: &str = "/api/invites";
/// One invite.
pub const INVITE: &str = "/api/invites/{code}";
/// Making a one-time link to a new password.
pub const USER_RESET: &str = "/api/users/{userId}/reset";
/// Using it.
pub const RESET: &str = "/api/reset";
/// Passkeys.
pub const PASSKEYS: &str = "/api/passkeys";
/// What is asked for a new passkey.
pub const PASSKEY_OPTIONS: &str = "/api/passkeys/options";
/// One passkey.
pub const PASSKEY: &str = "/api/passkeys/{passkeyId}";
/// Logging in with a passkey.
pub const LOGIN_PASSKEY: &str = "/api/login/passkey";
/// What is asked to log in with a passkey.
pub const LOGIN_PASSKEY_OPTIONS: &str = "/api/login/passkey/options";
/// Tokens of the API.
pub const TOKENS: &str = "/api/tokens";
/// One token.
pub const TOKEN: &str = "/api/tokens/{tokenId}";
/// Bots.
pub const BOTS: &str = "/api/bots";
/// One bot.
pub const BOT: &str = "/api/bots/{userId}";
/// Tokens of a bot.
pub const BOT_TOKENS: &str = "/api/bots/{userId}/tokens";
/// Create a channel.
pub const CREATE_CHANNEL: &str = "/api/create_channel";
/// My channels, or the public ones.
pub const CHANNELS: &str = "/api/channels";
/// One channel.
pub const CHANNEL: &str = "/api/channels/{channelId}";
/// One membership.
pub const MEMBER: &str = "/api/channels/{channelId}/members/{userId}";
/// A channel's members, with what they may do in it.
pub const MEMBERS: &str = "/api/channels/{channelId}/members";
/// What a member may do in a channel.
pub const MEMBER_ROLE: &str = "/api/channels/{channelId}/members/{userId}/role";
/// Who is kept out of a channel.
pub const BANS: &str = "/api/channels/{channelId}/bans";
/// Keeping somebody out of a channel.
pub const BAN: &str = "/api/channels/{channelId}/bans/{userId}";
/// Letting a member of a channel only read.
pub const MUTE: &str = "/api/channels/{channelId}/mutes/{userId}";
/// How long a channel keeps its messages.
pub const RETENTION: &str = "/api/channels/{channelId}/retention";
/// Pages of messages; posting.
pub const MESSAGES: &str = "/api/channels/{channelId}/messages";
/// One message.
pub const MESSAGE: &str = "/api/channels/{channelId}/messages/{messageId}";
/// One reaction.
pub const REACTION: &str = "/api/channels/{channelId}/messages/{messageId}/reactions/{emoji}";
/// Every text that a message had.
pub const VERSIONS: &str = "/api/channels/{channelId}/messages/{messageId}/versions";
/// Pinning a message.
pub const PIN: &str = "/api/channels/{channelId}/messages/{messageId}/pin";
/// Remembering a message for oneself.
pub const BOOKMARK: &str = "/api/channels/{channelId}/messages/{messageId}/bookmark";
/// The previews of a message's links.
pub const PREVIEWS: &str = "/api/channels/{channelId}/messages/{messageId}/previews";
/// A page of a thread.
pub const THREAD: &str = "/api/channels/{channelId}/messages/{messageId}/thread";
/// Following a thread.
pub const FOLLOW: &str = "/api/channels/{channelId}/messages/{messageId}/thread/follow";
/// One's read position in a thread.
pub const THREAD_READ: &str = "/api/channels/{channelId}/messages/{messageId}/thread/read";
/// A channel's pinned messages.
pub const PINS: &str = "/api/channels/{channelId}/pins";
/// The messages that one remembers.
pub const BOOKMARKS: &str = "/api/bookmarks";
/// The threads that one follows.
pub const THREADS: &str = "/api/threads";
/// Searching.
pub const SEARCH: &str = "/api/search";
/// Uploading files.
pub const UPLOADS: &str = "/api/uploads";
/// Taking back an upload that no message took.
pub const UPLOAD_BY_ID: &str = "/api/uploads/{uploadId}";
/// One uploaded file.
pub const UPLOAD: &str = "/api/uploads/{uploadId}/{filename}";
/// The picture of a link's preview.
pub const PREVIEW_IMAGE: &str = "/api/previews/{name}";
/// All emoji with their names.
pub const EMOJI: &str = "/api/emoji";
/// The raw log.
pub const EVENTS: &str = "/api/channels/{channelId}/events";
/// One's read position.
pub const READ: &str = "/api/channels/{channelId}/read";
/// A socket of one channel.
pub const WS_JOIN_CHANNEL: &str = "/ws/join_channel";
/// A socket of all one's channels.
pub const WS: &str = "/api/ws";
/// A socket that echoes, for conformance tests; mounted by a hidden flag alone.
pub const WS_ECHO: &str = "/ws/echo";
/// The OpenAPI document.
pub const OPENAPI: &str = "/api/openapi.json";
/// The page to try it.
pub const DOCS: &str = "/api/docs";
/// Does the process answer?
pub const HEALTHZ: &str = "/healthz";
/// Does the storage answer?
pub const READYZ: &str = "/readyz";
/// Figures for Prometheus.
pub const METRICS: &str = "/metrics";
/// A channel's page in the browser.
pub const CHANNEL_PAGE: &str = "/c/{channelId}";
/// A channel's page in the browser, around one message.
pub const MESSAGE_PAGE: &str = "/c/{channelId}/{seq}";
/// The entrance, for who has an invite.
pub const INVITE_PAGE: &str = "/invite/{code}";
/// Where a one-time link to a new password leads.
pub const RESET_PAGE: &str = "/reset/{code}";

/// One of one's clients.
pub fn client(client: ClientId) -> String {
    fill(CLIENT, &[&client.to_string()])
}

/// One user.
pub fn user(user: UserId) -> String {
    fill(USER_BY_ID, &[&user.to_string()])
}

/// Somebody's role on the server.
pub fn user_role(user: UserId) -> String {
    fill(USER_ROLE, &[&user.to_string()])
}

/// Whether somebody's account is out of use.
pub fn deactivation(user: UserId) -> String {
    fill(DEACTIVATION, &[&user.to_string()])
}

/// One invite.
pub fn invite(code: &str) -> String {
    fill(INVITE, &[code])
}

/// The entrance, for who has an invite.
pub fn invite_page(code: &str) -> String {
    fill(INVITE_PAGE, &[code])
}

/// The invite that a page is about, if it is an invite's.
pub fn invite_of(page: &str) -> Option<&str> {
    page.strip_prefix("/invite/")
}

/// Making a one-time link to a new password.
pub fn user_reset(user: UserId) -> String {
    fill(USER_RESET, &[&user.to_string()])
}

/// Where a one-time link to a new password leads.
pub fn reset_page(code: &str) -> String {
    fill(RESET_PAGE, &[code])
}

/// One of one's passkeys.
pub fn passkey(passkey: PasskeyId) -> String {
    fill(PASSKEY, &[&passkey.to_string()])
}

/// One token.
pub fn token(token: ClientId) -> String {
    fill(TOKEN, &[&token.to_string()])
}

/// One bot.
pub fn bot(bot: UserId) -> String {
    fill(BOT, &[&bot.to_string()])
}

/// Tokens of a bot.
pub fn bot_tokens(bot: UserId) -> String {
    fill(BOT_TOKENS, &[&bot.to_string()])
}

/// One channel.
pub fn channel(channel: ChannelId) -> String {
    fill(CHANNEL, &[&channel.to_string()])
}

/// How long a channel keeps its messages.
pub fn retention(channel: ChannelId) -> String {
    fill(RETENTION, &[&channel.to_string()])
}

/// A user's membership of a channel.
pub fn member(channel: ChannelId, user: UserId) -> String {
    fill(MEMBER, &[&channel.to_string(), &user.to_string()])
}

/// A channel's members, with what they may do in it.
pub fn members(channel: ChannelId) -> String {
    fill(MEMBERS, &[&channel.to_string()])
}

/// What a member may do in a channel.
pub fn member_role(channel: ChannelId, user: UserId) -> String {
    fill(MEMBER_ROLE, &[&channel.to_string(), &user.to_string()])
}

/// Who is kept out of a channel.
pub fn bans(channel: ChannelId) -> String {
    fill(BANS, &[&channel.to_string()])
}

/// Keeping somebody out of a channel.
pub fn ban(channel: ChannelId, user: UserId) -> String {
    fill(BAN, &[&channel.to_string(), &user.to_string()])
}

/// Letting a member of a channel only read.
pub fn mute(channel: ChannelId, user: UserId) -> String {
    fill(MUTE, &[&channel.to_string(), &user.to_string()])
}

/// A channel's messages.
pub fn messages(channel: ChannelId) -> String {
    fill(MESSAGES, &[&channel.to_string()])
}

/// One message.
pub fn message(channel: ChannelId, message: MessageId) -> String {
    fill(MESSAGE, &[&channel.to_string(), &message.to_string()])
}

/// One's reaction to a message.
pub fn reaction(channel: ChannelId, message: MessageId, emoji: &str) -> String {
    fill(REACTION, &[&channel.to_string(), &message.to_string(), &percent_encode(emoji)])
}

/// Every text that a message had.
pub fn versions(channel: ChannelId, message: MessageId) -> String {
    fill(VERSIONS, &[&channel.to_string(), &message.to_string()])
}

/// Pinning a message.
pub fn pin(channel: ChannelId, message: MessageId) -> String {
    fill(PIN, &[&channel.to_string(), &message.to_string()])
}

/// Remembering a message for oneself.
pub fn bookmark(channel: ChannelId, message: MessageId) -> String {
    fill(BOOKMARK, &[&channel.to_string(), &message.to_string()])
}

/// The previews of a message's links.
pub fn previews(channel: ChannelId, message: MessageId) -> String {
    fill(PREVIEWS, &[&channel.to_string(), &message.to_string()])
}

/// The picture of a link's preview.
pub fn preview_image(name: &str) -> String {
    fill(PREVIEW_IMAGE, &[name])
}

/// A page of a thread.
pub fn thread(channel: ChannelId, root: MessageId) -> String {
    fill(THREAD, &[&channel.to_string(), &root.to_string()])
}

/// Following a thread.
pub fn follow(channel: ChannelId, root: MessageId) -> String {
    fill(FOLLOW, &[&channel.to_string(), &root.to_string()])
}

/// One's read position in a thread.
pub fn thread_read(channel: ChannelId, root: MessageId) -> String {
    fill(THREAD_READ, &[&channel.to_string(), &root.to_string()])
}

/// A channel's pinned messages.
pub fn pins(channel: ChannelId) -> String {
    fill(PINS, &[&channel.to_string()])
}

/// Taking back an upload that no message took.
pub fn upload_by_id(upload: UploadId) -> String {
    fill(UPLOAD_BY_ID, &[&upload.to_string()])
}

/// One uploaded file.
pub fn upload(upload: UploadId, filename: &str) -> String {
    fill(UPLOAD, &[&upload.to_string(), &percent_encode(filename)])
}

/// Searching: `q` is what for, and beside it whatever the call takes.
pub fn search(q: &str, more: &[(&str, &str)]) -> String {
    let mut path = format!("{SEARCH}?q={}", percent_encode(q));
    for (name, value) in more {
        path.push_str(&format!("&{name}={}", percent_encode(value)));
    }
    path
}

/// A channel's raw log.
pub fn events(channel: ChannelId) -> String {
    fill(EVENTS, &[&channel.to_string()])
}

/// One's read position in a channel.
pub fn read(channel: ChannelId) -> String {
    fill(READ, &[&channel.to_string()])
}

/// A channel's page in the browser.
pub fn channel_page(channel: ChannelId) -> String {
    fill(CHANNEL_PAGE, &[&channel.to_string()])
}

/// The socket of one channel, with everything after `after` replayed first.
pub fn ws_join_channel(channel: ChannelId, client: ClientId, after: Option<Seq>) -> String {
    let mut url = [WS_JOIN_CHANNEL, "?channelId=", &channel.to_string()].concat();
    url.push_str("&clientId=");
    url.push_str(&client.to_string());
    if let Some(seq) = after {
        url.push_str("&after=");
        url.push_str(&seq.to_string());
    }
    url
}

/// The socket of all one's channels.
pub fn ws(client: ClientId) -> String {
    [WS, "?clientId=", &client.to_string()].concat()
}

/// Whether the page itself draws this path: the API, its sockets, the pages that the server draws
/// and the process's own answers are not places in it.
pub fn is_page(path: &str) -> bool {
    let beside = ["/api/", "/ws/", "/admin", "/settings", "/passkey", "/reset/"];
    let beside = beside.iter().any(|start| path.starts_with(start));
    !beside && ![HEALTHZ, READYZ, METRICS].contains(&path)
}

fn fill(pattern: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(pattern.len() + 64);
    let mut values = values.iter();
    for part in pattern.split('/').skip(1) {
        out.push('/');
        out.push_str(if part.starts_with('{') { values.next().unwrap_or(&part) } else { part });
    }
    out
}

#[cfg(test)]
mod tests;
