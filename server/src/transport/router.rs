//! Every route on one page, and what stands around them. Paths come from `shared::paths` alone.

use super::http::{
    account_pages, accounts, audit, channels, desk, docs, emoji, files, health, invites, keeping,
    members, messages, moderation, observe, openapi, page, passkeys, previews, rates, reads,
    resets, retention, roles, safety, search, session::Needs, threads, tokens, uploads,
};
use super::{forwarded, ws};
use crate::app::AppHandle;
use crate::domain::scopes::Wanted;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};
use shared::paths;
use tower_http::catch_panic::CatchPanicLayer;

/// The whole server as one service. Requests must carry a [`super::Peer`] in their extensions.
pub fn router(app: AppHandle) -> Router {
    let echo = if app.test_echo { echo() } else { Router::new() };
    Router::new()
        .merge(
            Router::new()
                .merge(rest())
                .merge(transfers())
                .merge(sockets())
                .layer(from_fn_with_state(AppHandle::clone(&app), rates::counted)),
        )
        .merge(echo)
        .merge(for_operators())
        .merge(about())
        .merge(pages())
        .merge(desk())
        .merge(account())
        .fallback(page::elsewhere)
        .method_not_allowed_fallback(page::wrong_method)
        .layer(CatchPanicLayer::custom(safety::caught))
        .layer(from_fn(safety::unambiguous))
        .layer(from_fn(safety::careful))
        .layer(from_fn_with_state(app.clone(), observe::observed))
        .layer(from_fn_with_state(app.clone(), forwarded::behind_proxies))
        .with_state(app)
}

fn rest() -> Router<AppHandle> {
    Router::new()
        .merge(for_any_token())
        .merge(for_devices())
        .merge(for_administration())
        .route(paths::SETUP, get(accounts::setup))
        .route(paths::USER, post(accounts::sign_up))
        .route(paths::LOGIN_PASSKEY_OPTIONS, post(passkeys::log_in_options))
        .route(paths::LOGIN_PASSKEY, post(passkeys::log_in))
        .route(paths::LOGIN, post(accounts::log_in))
        .route(paths::ME, get(accounts::me).patch(accounts::update_me))
        .route(paths::USERS, get(accounts::users))
        .route(paths::USER_BY_ID, get(accounts::user))
        .route(paths::RESET, post(resets::redeem))
        .route(paths::INVITES, get(invites::list).post(invites::create))
        .route(paths::INVITE, get(invites::face).delete(invites::revoke))
        .route(paths::CREATE_CHANNEL, post(channels::create))
        .route(paths::CHANNELS, get(channels::list))
        .route(paths::CHANNEL, get(channels::get).patch(channels::update).delete(channels::delete))
        .route(paths::MEMBER, put(members::add).delete(members::remove))
        .route(paths::MEMBERS, get(moderation::members))
        .route(paths::MEMBER_ROLE, put(moderation::set_role))
        .route(paths::BANS, get(moderation::bans))
        .route(paths::BAN, put(moderation::ban).delete(moderation::unban))
        .route(paths::MUTE, put(moderation::mute).delete(moderation::unmute))
        .route(paths::RETENTION, get(retention::get).put(retention::set))
        .route(paths::MESSAGES, get(messages::page).post(messages::post))
        .route(paths::MESSAGE, get(messages::one).patch(messages::edit).delete(messages::delete))
        .route(paths::REACTION, put(messages::react).delete(messages::unreact))
        .route(paths::VERSIONS, get(messages::versions))
        .route(paths::PREVIEWS, delete(previews::remove))
        .route(paths::PREVIEW_IMAGE, get(previews::picture))
        .route(paths::PINS, get(keeping::pins))
        .route(paths::PIN, put(keeping::pin).delete(keeping::unpin))
        .route(paths::SEARCH, get(search::find))
        .route(paths::BOOKMARKS, get(keeping::bookmarks))
        .route(paths::BOOKMARK, put(keeping::bookmark).delete(keeping::forget))
        .route(paths::THREADS, get(threads::list))
        .route(paths::THREAD, get(threads::page))
        .route(paths::FOLLOW, put(threads::follow).delete(threads::unfollow))
        .route(paths::THREAD_READ, put(threads::mark_read))
        .route(paths::EMOJI, get(emoji::table))
        .route(paths::EVENTS, get(messages::events))
        .route(paths::READ, put(reads::mark))
        .method_not_allowed_fallback(safety::wrong_method)
        .layer(from_fn(safety::bounded))
        .layer(from_fn(safety::never_cached))
}

/// What a token may ask for whatever its scopes are: what it may do with the answer is checked then.
fn for_any_token() -> Router<AppHandle> {
    Router::new()
        .route(paths::LOGOUT, post(accounts::log_out))
        .route(paths::TICKET, post(accounts::ticket))
        .layer(Extension(Needs(Wanted::Read)))
}

/// What no token may ask for: it could make itself more than it is.
fn for_devices() -> Router<AppHandle> {
    Router::new()
        .route(paths::CLIENTS, get(accounts::clients).delete(accounts::end_clients))
        .route(paths::CLIENT, delete(accounts::end_client))
        .route(paths::TOKENS, get(tokens::list).post(tokens::create))
        .route(paths::TOKEN, delete(tokens::revoke))
        .route(paths::BOT_TOKENS, post(tokens::create_bot_token))
        .route(paths::PASSKEY_OPTIONS, post(passkeys::options))
        .route(paths::PASSKEYS, get(passkeys::list).post(passkeys::add))
        .route(paths::PASSKEY, delete(passkeys::remove))
        .route(paths::USER_RESET, post(resets::create))
        .route(paths::OWNER, put(roles::hand_over))
        .layer(Extension(Needs(Wanted::Device)))
}

/// What a token needs the scope `admin` for. Who it belongs to must be allowed, besides.
fn for_administration() -> Router<AppHandle> {
    Router::new()
        .route(paths::BOTS, get(tokens::list_bots).post(tokens::create_bot))
        .route(paths::BOT, delete(tokens::remove_bot))
        .route(paths::USER_ROLE, put(roles::set))
        .route(paths::DEACTIVATION, put(roles::deactivate).delete(roles::reactivate))
        .route(paths::AUDIT, get(audit::page))
        .layer(Extension(Needs(Wanted::Admin)))
}

/// Files, and what is as long as one, may take long on slow lines: they have time limits of their
/// own.
fn transfers() -> Router<AppHandle> {
    Router::new()
        .route(paths::UPLOADS, post(uploads::upload))
        .route(paths::UPLOAD_BY_ID, delete(uploads::remove))
        .route(paths::UPLOAD, get(files::get))
        .route(paths::AUDIT_EXPORT, get(audit::export).layer(Extension(Needs(Wanted::Admin))))
        .method_not_allowed_fallback(safety::wrong_method)
        .layer(from_fn(safety::never_cached))
}

/// Sockets outlive any time limit of a request.
fn sockets() -> Router<AppHandle> {
    Router::new()
        .route(paths::WS_JOIN_CHANNEL, get(ws::join_channel))
        .route(paths::WS, get(ws::all_channels))
}

/// For conformance tests of the connection itself.
fn echo() -> Router<AppHandle> {
    Router::new().route(paths::WS_ECHO, get(ws::echo))
}

fn for_operators() -> Router<AppHandle> {
    Router::new()
        .route(paths::HEALTHZ, get(health::healthz))
        .route(paths::READYZ, get(health::readyz))
        .route(paths::METRICS, get(health::metrics))
        .layer(from_fn(safety::bounded))
        .layer(from_fn(safety::never_cached))
}

/// The API's own document, and the page that shows it.
fn about() -> Router<AppHandle> {
    Router::new()
        .route(paths::OPENAPI, get(openapi::document))
        .route(paths::DOCS, get(docs::docs))
        .route(&[paths::DOCS, "/"].concat(), get(docs::docs))
        .route(&[paths::DOCS, "/{*name}"].concat(), get(docs::asset))
        .layer(from_fn(safety::bounded))
        .layer(from_fn(safety::never_cached))
}

fn pages() -> Router<AppHandle> {
    Router::new()
        .route("/", get(page::home))
        .route(paths::INVITE_PAGE, get(page::home))
        .route(paths::CHANNEL_PAGE, get(page::channel))
        .route(paths::MESSAGE_PAGE, get(page::message))
        .layer(from_fn(safety::bounded))
}

/// Pages of the server's own, with forms.
fn desk() -> Router<AppHandle> {
    Router::new()
        .route(paths::desk::ADMIN, get(desk::people::show).post(desk::people::change))
        .route(paths::desk::ADMIN_INVITES, get(desk::invites::show).post(desk::invites::change))
        .route(paths::desk::ADMIN_CHANNELS, get(desk::rooms::list))
        .route(paths::desk::ADMIN_CHANNEL, get(desk::rooms::show).post(desk::rooms::change))
        .route(paths::desk::ADMIN_BOTS, get(desk::bots::show).post(desk::bots::change))
        .route(paths::desk::ADMIN_LOG, get(desk::log::show))
        .route(paths::desk::STYLE, get(desk::file))
        .layer(from_fn(safety::bounded))
        .layer(from_fn(safety::never_cached))
}

/// One's own account, as pages of the server. No cache keeps them.
fn account() -> Router<AppHandle> {
    use account_pages::{change, clients, files, passkeys, reset, show, tokens};
    Router::new()
        .route(paths::account::SETTINGS_PAGE, get(show).post(change))
        .route(paths::account::CLIENTS_PAGE, get(clients::show).post(clients::end))
        .route(paths::account::TOKENS_PAGE, get(tokens::show).post(tokens::change))
        .route(paths::account::PASSKEYS_PAGE, get(passkeys::show).post(passkeys::remove))
        .route(paths::account::PASSKEY_PAGE, get(passkeys::log_in))
        .route(paths::RESET_PAGE, get(reset::show).post(reset::redeem))
        .route(paths::account::SETTINGS_FILE, get(files::get))
        .layer(from_fn(safety::bounded))
        .layer(from_fn(safety::never_cached))
}
