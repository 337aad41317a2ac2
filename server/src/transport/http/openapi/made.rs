//! The document as the handlers, the wire types and the bounds make it. It is made when the tests
//! run, and compared with the one that is served: the code that makes it would be a twentieth of the
//! program, and it always comes to the same.

use super::bounds::Bounds;
use super::frames::Frames;
use super::problems::Problems;
use crate::transport::http::{
    accounts, audit, channels, docs, emoji, files, health, invites, keeping, members, messages,
    moderation, passkeys, previews, reads, resets, retention, roles, search, threads, tokens,
    uploads,
};
use shared::limits;
use std::sync::LazyLock;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The document.
#[derive(Debug, OpenApi)]
#[openapi(
    info(title = "Hubbub", license(name = "MIT", identifier = "MIT")),
    paths(
        accounts::setup, accounts::sign_up, accounts::log_in, accounts::log_out, accounts::ticket,
        accounts::me, accounts::update_me, accounts::clients, accounts::end_client,
        accounts::end_clients, passkeys::options,
        passkeys::add, passkeys::list, passkeys::remove,
        passkeys::log_in_options, passkeys::log_in,
        resets::create, resets::redeem,
        accounts::users, accounts::user,
        tokens::create, tokens::list, tokens::revoke,
        tokens::create_bot, tokens::list_bots, tokens::create_bot_token,
        tokens::remove_bot,
        invites::create, invites::list, invites::face, invites::revoke,
        channels::create, channels::list, channels::get, channels::update, channels::delete,
        members::add, members::remove, reads::mark,
        moderation::members, moderation::set_role,
        moderation::bans, moderation::ban, moderation::unban, moderation::mute, moderation::unmute,
        roles::set, roles::deactivate, roles::reactivate, roles::hand_over,
        audit::page, audit::export,
        retention::get, retention::set,
        messages::page, messages::post, messages::one, messages::edit, messages::delete,
        messages::react, messages::unreact, messages::versions, messages::events,
        search::find,
        previews::remove, previews::picture,
        keeping::pins, keeping::pin, keeping::unpin,
        keeping::bookmarks, keeping::bookmark, keeping::forget,
        emoji::table,
        threads::list, threads::page, threads::follow, threads::unfollow, threads::mark_read,
        uploads::upload, uploads::remove, files::get,
        super::sockets::join_channel, super::sockets::all_channels,
        health::healthz, health::readyz, health::metrics,
        super::document, docs::docs,
    ),
    components(schemas(shared::Problem)),
    tags(
        (name = "accounts", description = "Signing up, logging in, oneself and one's clients"),
        (name = "users", description = "Looking people up, and what they may do"),
        (name = "tokens", description = "Tokens of the API, and bots, which come in with them"),
        (name = "invites", description = "Links to sign up with"),
        (name = "channels", description = "Channels, their members and read positions"),
        (name = "messages", description = "Messages, and the log they are in"),
        (name = "threads", description = "Conversations that begin with a message"),
        (name = "uploads", description = "Files, which messages carry"),
        (name = "sockets", description = "Live: one JSON object per text frame"),
        (name = "audit", description = "Who did what with accounts, rights and the server"),
        (name = "health", description = "For whoever watches over the server"),
        (name = "document", description = "This document"),
    ),
    security(("bearer" = []), ("cookie" = [])),
    modifiers(&Credentials, &Introduction, &Frames, &Bounds, &Problems),
)]
struct Document;

pub(super) static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Document::openapi);

/// What carries a token.
#[derive(Debug)]
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The token of one client, from signing up or logging in."))
            .build();
        let cookie = ApiKeyValue::with_description(
            crate::transport::http::credentials::COOKIE_NAME,
            "The same token, for browsers. What changes something must then come from the same \
             origin, as `Sec-Fetch-Site` or `Origin` tell.",
        );
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// What holds everywhere, and every bound, as they are in the code.
#[derive(Debug)]
struct Introduction;

impl Modify for Introduction {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
        document.info.description = Some(introduction());
    }
}

fn introduction() -> String {
    let bounds: &[(&str, u64)] = &[
        ("text of a message, bytes of UTF-8", limits::MESSAGE_MAX_BYTES as u64),
        ("body of a request, bytes", limits::BODY_MAX_BYTES as u64),
        ("text frame from a client, bytes", limits::FRAME_MAX_BYTES as u64),
        ("nonce, visible ASCII characters", limits::NONCE_MAX_CHARS as u64),
        ("user name, characters", limits::USERNAME_MAX_CHARS as u64),
        ("display name, characters", limits::DISPLAY_NAME_MAX_CHARS as u64),
        ("password, characters at least", limits::PASSWORD_MIN_CHARS as u64),
        ("password, bytes at most", limits::PASSWORD_MAX_BYTES as u64),
        ("seconds that a link to a new password holds", limits::RESET_SECONDS),
        ("seconds that an invite holds", limits::INVITE_MAX_SECONDS),
        ("people who come in with one invite, if it counts them", limits::INVITE_USES_MAX),
        ("channels that an invite leads to", limits::INVITE_CHANNELS_MAX as u64),
        ("invites of a user that hold", limits::INVITES_PER_USER_MAX as u64),
        ("name of a token, characters", limits::TOKEN_NAME_MAX_CHARS as u64),
        ("tokens of a user", limits::TOKENS_PER_USER_MAX as u64),
        ("seconds that a token which expires holds", limits::TOKEN_MAX_SECONDS),
        ("bots", limits::BOTS_MAX as u64),
        ("passkeys of a user", limits::PASSKEYS_PER_USER_MAX as u64),
        ("seconds in which a passkey must answer", limits::PASSKEY_SECONDS),
        ("channel name, characters", limits::CHANNEL_NAME_MAX_CHARS as u64),
        ("topic, characters", limits::TOPIC_MAX_CHARS as u64),
        ("reason of a ban, characters", limits::REASON_MAX_CHARS as u64),
        ("members of a channel", limits::CHANNEL_MEMBERS_MAX as u64),
        ("channels of a user", limits::CHANNELS_PER_USER_MAX as u64),
        ("clients of a user", limits::CLIENTS_PER_USER_MAX as u64),
        ("open sockets of a user", limits::SOCKETS_PER_USER_MAX as u64),
        ("open sockets of a client", limits::SOCKETS_PER_CLIENT_MAX as u64),
        ("connections from one network", limits::CONNECTIONS_PER_NETWORK_MAX as u64),
        ("emoji of a reaction, bytes", limits::EMOJI_MAX_BYTES as u64),
        ("different emoji on a message", limits::REACTIONS_PER_MESSAGE_MAX as u64),
        ("pinned messages of a channel", limits::PINS_MAX as u64),
        ("messages that a user remembers", limits::BOOKMARKS_MAX as u64),
        ("names looked up in a message", limits::MENTIONS_MAX as u64),
        ("search, bytes of UTF-8", limits::SEARCH_MAX_BYTES as u64),
        ("file, bytes", limits::UPLOAD_MAX_BYTES),
        ("files of a message, and of an upload", limits::ATTACHMENTS_MAX as u64),
        ("files of a user with their thumbnails, bytes", limits::UPLOADS_PER_USER_MAX_BYTES),
        ("file name, characters", limits::FILENAME_MAX_CHARS as u64),
        ("uploads of a user at once", limits::UPLOADS_AT_ONCE_MAX as u64),
        ("bytes a second of an upload at least", limits::UPLOAD_BYTES_PER_SECOND_MIN),
        ("seconds that an upload may pause", limits::UPLOAD_PAUSE_SECONDS),
        ("hours that an upload waits for its message", limits::UPLOAD_UNUSED_HOURS),
        ("pixels of an image that has thumbnails", limits::IMAGE_MAX_PIXELS),
        ("previews of a message", limits::PREVIEWS_MAX as u64),
        ("seconds in which a preview must be there", limits::PREVIEW_SECONDS),
        ("redirects that are followed for a preview", limits::PREVIEW_REDIRECTS_MAX as u64),
        ("bytes that are read of a page for its preview", limits::PREVIEW_MAX_BYTES as u64),
        ("picture for a preview, bytes", limits::PREVIEW_PICTURE_MAX_BYTES as u64),
        ("picture for a preview, pixels", limits::PREVIEW_PICTURE_MAX_PIXELS),
        ("title of a preview, characters", limits::PREVIEW_TITLE_MAX_CHARS as u64),
        ("text of a preview, characters", limits::PREVIEW_TEXT_MAX_CHARS as u64),
        ("messages on a page", limits::PAGE_MAX as u64),
        ("lines of the audit log in an answer", limits::AUDIT_PAGE_MAX as u64),
        ("events in an answer", limits::EVENTS_PAGE_MAX as u64),
        ("events that a `resume` replays", limits::RESUME_MAX_EVENTS),
        ("seconds that a ticket holds", limits::TICKET_SECONDS),
    ];
    let mut text = String::from(
        "A real-time chat that a team runs itself.\n\nJSON in camelCase; times in RFC 3339, UTC, \
         with milliseconds; ids are UUIDs. Unknown fields are ignored. A request that fails \
         changes nothing and answers with `application/problem+json` (RFC 9457), whose `code` is \
         stable. What is unknown and what you may not see answer alike: 404.\n\n\
         | bound | |\n|---|---|\n",
    );
    for (what, bound) in bounds {
        text.push_str(&format!("| {what} | {bound} |\n"));
    }
    text.push_str(
        "\nWho does something too often is answered 429 with `Retry-After`, or with `rejected` and \
         `retryAfterMs` on a socket; `RateLimit` and `RateLimit-Policy` are those of \
         draft-ietf-httpapi-ratelimit-headers-10.\n\n\
         | rate | name | at once | a minute after that |\n|---|---|---|---|\n",
    );
    for limits::Rate { name, what, at_once, per_minute } in limits::RATES {
        text.push_str(&format!("| {what} | `{name}` | {at_once} | {per_minute} |\n"));
    }
    text
}
