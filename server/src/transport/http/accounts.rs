//! Signing up, logging in and out, tickets, oneself, one's clients, and looking people up.

use super::credentials::{cleared_cookie, cookie};
use super::extract::{Json, Limit, Path, Query};
use super::session::{NotForeign, NotRebound};
use crate::actions::accounts;
use crate::app::AppHandle;
use crate::domain::identity::Caller;
use crate::error::Result;
use crate::transport::Peer;
use axum::Json as Reply;
use axum::extract::State;
use axum::http::header::{SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use shared::api::account::{Clients, LogIn, Me, Session, Setup, SignUp, Ticket, UpdateMe, Users};
use shared::{ClientId, UserId, UserInfo, paths};
use utoipa::IntoParams;

/// What the entrance needs to know before anyone is logged in.
#[utoipa::path(get, path = paths::SETUP, tag = "accounts", operation_id = "setup", security(()),
    responses((status = 200, body = Setup)))]
pub async fn setup(State(app): State<AppHandle>) -> Result<Reply<Setup>> {
    Ok(Reply(accounts::setup(&app).await?))
}

/// Sign up.
///
/// Creates a user with its first client, and logs the browser in with a cookie. The first user of
/// all becomes the owner. Names are compared case-folded, in NFKC, and by their looks.
#[utoipa::path(post, path = paths::USER, tag = "accounts", operation_id = "signUp",
    security(()), request_body = SignUp,
    responses(
        (status = 201, body = Session, description = "Signed up",
            headers(("Set-Cookie" = String, description = "the session cookie"))),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`signup_closed`, `invite_needed` or `cross_origin`"),
        (status = 409, body = shared::Problem, content_type = "application/problem+json",
            description = "`username_taken`"),
    ))]
pub async fn sign_up(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
    _: NotForeign,
    _: NotRebound,
    Json(request): Json<SignUp>,
) -> Result<Response> {
    let session = accounts::sign_up(&app, peer.ip(), device(&headers), request).await?;
    Ok(logged_in(&app, StatusCode::CREATED, session))
}

/// Log in.
///
/// Gives a user that knows its password a new client, and the browser a cookie. A wrong name and a
/// wrong password answer alike, in like time.
#[utoipa::path(post, path = paths::LOGIN, tag = "accounts", operation_id = "logIn",
    security(()), request_body = LogIn,
    responses(
        (status = 200, body = Session, description = "Logged in",
            headers(("Set-Cookie" = String, description = "the session cookie"))),
        (status = 401, body = shared::Problem, content_type = "application/problem+json",
            description = "`bad_credentials`"),
        (status = 403, body = shared::Problem, content_type = "application/problem+json",
            description = "`cross_origin`"),
    ))]
pub async fn log_in(
    State(app): State<AppHandle>,
    peer: Peer,
    headers: HeaderMap,
    _: NotForeign,
    Json(request): Json<LogIn>,
) -> Result<Response> {
    let session = accounts::log_in(&app, peer.ip(), device(&headers), request).await?;
    Ok(logged_in(&app, StatusCode::OK, session))
}

pub(super) fn device(headers: &HeaderMap) -> &str {
    headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

pub(super) fn logged_in(app: &AppHandle, status: StatusCode, session: Session) -> Response {
    let cookie = cookie(&session.token, app.secure_cookies);
    (status, [(SET_COOKIE, cookie)], Reply(session)).into_response()
}

fn forgotten(app: &AppHandle) -> Response {
    (StatusCode::NO_CONTENT, [(SET_COOKIE, cleared_cookie(app.secure_cookies))]).into_response()
}

/// Log out: ends the client that asks, its token and its sockets.
#[utoipa::path(post, path = paths::LOGOUT, tag = "accounts", operation_id = "logOut",
    responses((status = 204, description = "Logged out; the cookie is cleared")))]
pub async fn log_out(State(app): State<AppHandle>, caller: Caller) -> Result<Response> {
    accounts::log_out(&app, caller).await?;
    Ok(forgotten(&app))
}

/// A ticket that opens one WebSocket, once, within 30 seconds.
#[utoipa::path(post, path = paths::TICKET, tag = "accounts", operation_id = "createTicket",
    responses((status = 201, body = Ticket, description = "The ticket")))]
pub async fn ticket(
    State(app): State<AppHandle>,
    caller: Caller,
) -> Result<(StatusCode, Reply<Ticket>)> {
    Ok((StatusCode::CREATED, Reply(accounts::ticket(&app, caller)?)))
}

/// Oneself.
#[utoipa::path(get, path = paths::ME, tag = "accounts", operation_id = "me",
    responses((status = 200, body = Me)))]
pub async fn me(State(app): State<AppHandle>, caller: Caller) -> Result<Reply<Me>> {
    Ok(Reply(accounts::me(&app, caller).await?))
}

/// Change the name to show or the password; what is left out stays. With the password, every other
/// client ends.
#[utoipa::path(patch, path = paths::ME, tag = "accounts", operation_id = "updateMe",
    request_body = UpdateMe,
    responses((status = 200, body = Me)))]
pub async fn update_me(
    State(app): State<AppHandle>,
    caller: Caller,
    Json(request): Json<UpdateMe>,
) -> Result<Reply<Me>> {
    Ok(Reply(accounts::update_me(&app, caller, request).await?))
}

/// One's clients, newest first.
#[utoipa::path(get, path = paths::CLIENTS, tag = "accounts", operation_id = "listClients",
    responses((status = 200, body = Clients)))]
pub async fn clients(State(app): State<AppHandle>, caller: Caller) -> Result<Reply<Clients>> {
    Ok(Reply(accounts::clients(&app, caller).await?))
}

/// End one of one's clients: its token and, at once, its sockets.
#[utoipa::path(delete, path = paths::CLIENT, tag = "accounts", operation_id = "endClient",
    params(("clientId" = ClientId, Path, description = "one's own client")),
    responses((status = 204, description = "Ended")))]
pub async fn end_client(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(client): Path<ClientId>,
) -> Result<Response> {
    accounts::revoke(&app, caller, client).await?;
    if client == caller.client_id {
        return Ok(forgotten(&app));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Which clients end.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EndClientsQuery {
    /// Whether the client that asks goes on; no, if left out.
    others: Option<bool>,
}

/// Log out everywhere: end all of one's clients, devices and tokens; or all but the one that asks.
#[utoipa::path(delete, path = paths::CLIENTS, tag = "accounts", operation_id = "endClients",
    params(EndClientsQuery),
    responses((status = 204, description = "Ended, with their sockets")))]
pub async fn end_clients(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<EndClientsQuery>,
) -> Result<Response> {
    let others = asked.others.unwrap_or(false);
    accounts::revoke_all(&app, caller, others).await?;
    if others { Ok(StatusCode::NO_CONTENT.into_response()) } else { Ok(forgotten(&app)) }
}

/// Which users are looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// The start of a word of the user name or the shown name; everybody if left out.
    query: Option<String>,
    /// How many: 50 if left out, 200 at most.
    #[param(schema_with = super::openapi::limit::limit)]
    limit: Option<Limit>,
}

/// Look users up, by name.
#[utoipa::path(get, path = paths::USERS, tag = "users", operation_id = "findUsers",
    params(UsersQuery),
    responses((status = 200, body = Users)))]
pub async fn users(
    State(app): State<AppHandle>,
    caller: Caller,
    Query(asked): Query<UsersQuery>,
) -> Result<Reply<Users>> {
    let query = asked.query.unwrap_or_default();
    Ok(Reply(accounts::users(&app, caller, &query, asked.limit.map(|limit| limit.0)).await?))
}

/// One user.
#[utoipa::path(get, path = paths::USER_BY_ID, tag = "users", operation_id = "getUser",
    params(("userId" = UserId, Path, description = "the user")),
    responses((status = 200, body = UserInfo)))]
pub async fn user(
    State(app): State<AppHandle>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Reply<UserInfo>> {
    Ok(Reply(accounts::user(&app, caller, user).await?))
}
