//! The OpenAPI document, made from the handlers and the wire types themselves, so that it can't
//! drift from them; sockets and their frames are described in it, too. `docs` shows it.

pub(super) mod bounds;
mod frames;
mod problems;
mod sockets;

use super::{
    accounts, audit, channels, emoji, files, health, invites, keeping, members, messages,
    moderation, previews, reads, retention, roles, threads, uploads,
};
use axum::Json as Reply;
use bounds::Bounds;
use frames::Frames;
use problems::Problems;
use shared::{limits, paths};
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
        accounts::end_clients, super::passkeys::options,
        super::passkeys::add, super::passkeys::list, super::passkeys::remove,
        super::passkeys::log_in_options, super::passkeys::log_in,
        super::resets::create, super::resets::redeem,
        accounts::users, accounts::user,
        super::tokens::create, super::tokens::list, super::tokens::revoke,
        super::tokens::create_bot, super::tokens::list_bots, super::tokens::create_bot_token,
        super::tokens::remove_bot,
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
        super::search::find,
        previews::remove, previews::picture,
        keeping::pins, keeping::pin, keeping::unpin,
        keeping::bookmarks, keeping::bookmark, keeping::forget,
        emoji::table,
        threads::list, threads::page, threads::follow, threads::unfollow, threads::mark_read,
        uploads::upload, uploads::remove, files::get,
        sockets::join_channel, sockets::all_channels,
        health::healthz, health::readyz, health::metrics,
        document, super::docs::docs,
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

static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Document::openapi);

/// This document.
#[utoipa::path(get, path = paths::OPENAPI, tag = "document", operation_id = "openapi", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub async fn document() -> Reply<&'static utoipa::openapi::OpenApi> {
    Reply(&DOCUMENT)
}

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
            super::credentials::COOKIE_NAME,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_of_the_server_is_in_the_document() {
        let source = include_str!("../../../../shared/src/paths.rs");
        let constants = source.lines().filter_map(|line| line.strip_prefix("pub const "));
        let paths: Vec<&str> = constants.filter_map(|line| line.split('"').nth(1)).collect();
        assert!(paths.len() > 20, "{paths:?}");
        // The page's own addresses, and what a hidden flag mounts for tests, are not the API's.
        let hidden = |path: &str| {
            let page = ["/c/", "/invite/", "/reset/"].iter().any(|start| path.starts_with(start));
            page || path == shared::paths::WS_ECHO
        };
        for path in paths.iter().filter(|path| !hidden(path)) {
            assert!(DOCUMENT.paths.paths.contains_key(*path), "{path}");
        }
    }

    #[test]
    fn every_operation_has_an_id_of_its_own() {
        let mut ids = std::collections::HashSet::new();
        for item in DOCUMENT.paths.paths.values() {
            let operations = [&item.get, &item.put, &item.post, &item.delete, &item.patch];
            for operation in operations.into_iter().flatten() {
                let id = operation.operation_id.clone().unwrap();
                assert!(!id.contains('_') && ids.insert(id.clone()), "{id}");
            }
        }
    }

    #[test]
    fn every_reference_in_the_document_leads_somewhere() {
        fn walk(value: &serde_json::Value, found: &mut Vec<String>) {
            match value {
                serde_json::Value::Object(map) => {
                    if let Some(serde_json::Value::String(path)) = map.get("$ref") {
                        found.push(path.clone());
                    }
                    map.values().for_each(|value| walk(value, found));
                }
                serde_json::Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
                _ => {}
            }
        }
        let document = serde_json::to_value(&*DOCUMENT).unwrap();
        let mut found = Vec::new();
        walk(&document, &mut found);
        assert!(found.len() > 50, "{}", found.len());
        for path in found {
            let pointer = path.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{path}");
        }
    }
}
