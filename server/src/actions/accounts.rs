//! Signing up, logging in and out, oneself, one's clients, and looking people up.

use crate::actions::{invites, outcome};
use crate::app::App;
use crate::domain::announcement::Announcement;
use crate::domain::figures::add;
use crate::domain::identity::{Caller, look_key, name_key};
use crate::domain::limiter::{Limited, NameHash};
use crate::domain::scopes::Wanted;
use crate::domain::secret;
use crate::domain::{password, permission};
use crate::error::{Error, Result};
use crate::storage::accounts::{Account, AccountChange, NewClient, NewPassword, NewUser};
use shared::api::account::{Clients, LogIn, Me, Session, Setup, SignUp, Ticket, UpdateMe, Users};
use shared::limits::{
    DEVICE_MAX_CHARS, PASSWORD_MAX_BYTES, TICKET_SECONDS, USERNAME_MAX_CHARS, USERS_PAGE_DEFAULT,
    USERS_PAGE_MAX,
};
use shared::{ClientId, ProblemDetail, Timestamp, UserId, UserInfo, names};
use std::net::IpAddr;

/// Milliseconds after which a client's last use is written down again.
const LAST_USED_STEP_MS: i64 = 60_000;

/// What the entrance needs to know before anyone is logged in.
///
/// # Errors
/// When storage can't be read.
pub async fn setup(app: &App) -> Result<Setup> {
    let first_visitor = !app.storage.any_user().await?;
    Ok(Setup { first_visitor, signup: app.signup })
}

/// Creates a user and its first client; the first user of all becomes the owner.
///
/// # Errors
/// `invalid` for a name or password against the rules, `username_taken`, `signup_closed`,
/// `invite_needed`, `rate_limited`, or when storage can't be written.
pub async fn sign_up(app: &App, from: IpAddr, device: &str, request: SignUp) -> Result<Session> {
    let username = names::username(&request.username)
        .map_err(|why| Error::invalid("/username", why))?
        .to_owned();
    let display_name = match &request.display_name {
        Some(name) => {
            names::display_name(name).map_err(|why| Error::invalid("/displayName", why))?.to_owned()
        }
        None => username.clone(),
    };
    if let Some(password) = &request.password {
        check_password(password, &[&username, &display_name])?;
    }
    app.limiter.take(Limited::SignUp(from), app.clock.elapsed())?;
    permit_sign_up(app, request.invite.clone()).await?;
    let password_hash = match request.password {
        Some(password) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let now = app.clock.now();
    let (client, token) = new_client(app, device, now)?;
    let user = NewUser {
        user_id: UserId(app.clock.new_id(now)),
        name_key: name_key(&username),
        look_key: look_key(&username),
        username: username.clone(),
        display_name,
        password_hash,
        invite: request.invite,
        created_at: now,
    };
    let (user_id, client_id) = (user.user_id, client.client_id);
    outcome(|done| app.storage.create_user(user, client, app.signup, done)).await?;
    add(&app.figures.sign_ups, 1);
    tracing::info!(%user_id, %client_id, "signed up");
    Ok(Session { user_id, client_id, username, token })
}

/// Whether a password may be set by who has these names.
///
/// # Errors
/// `invalid`, with a sentence that says what to do.
pub(super) fn check_password(password: &str, own: &[&str]) -> Result<()> {
    names::password(password).map_err(|why| Error::invalid("/password", why))?;
    password::check(password, own).map_err(|why| {
        let place = ProblemDetail { pointer: "/password".to_owned(), detail: why.to_owned() };
        Error::invalid_places(why, vec![place])
    })
}

/// Refuses before the password is hashed, which costs; storage decides for certain.
async fn permit_sign_up(app: &App, invite: Option<String>) -> Result<()> {
    let first = !app.storage.any_user().await?;
    let holds = match invite {
        Some(code) => Some(invites::holds(app, code).await?),
        None => None,
    };
    permission::may_sign_up(app.signup, first, holds)
}

/// Gives a user that knows its password a new client.
///
/// # Errors
/// `bad_credentials` for a wrong name as for a wrong password, `rate_limited`, or when storage
/// can't be written.
pub async fn log_in(app: &App, from: IpAddr, device: &str, request: LogIn) -> Result<Session> {
    let name = NameHash::of(&name_key(&short(request.username.trim())));
    app.limiter.take_log_in(name, from, app.clock.elapsed())?;
    let possible = request.username.chars().count() <= 2 * USERNAME_MAX_CHARS
        && request.password.len() <= PASSWORD_MAX_BYTES;
    let account = if possible {
        app.storage.account_by_name(name_key(request.username.trim())).await?
    } else {
        None
    };
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let password = if possible { request.password } else { String::new() };
    let right = app.passwords.verify(password, stored.clone()).await?;
    let Some(Account { user_id, username, .. }) = account.filter(|_| right) else {
        add(&app.figures.log_ins_refused, 1);
        tracing::info!(%from, "a log-in was refused");
        return Err(Error::bad_credentials());
    };
    app.limiter.logged_in(name, from, app.clock.elapsed());
    let device = request.device.as_deref().unwrap_or(device);
    let (client, token) = new_client(app, device, app.clock.now())?;
    let client_id = client.client_id;
    outcome(|done| app.storage.create_client(user_id, client, stored, done)).await?;
    add(&app.figures.log_ins, 1);
    tracing::info!(%user_id, %client_id, "logged in");
    Ok(Session { user_id, client_id, username, token })
}

/// As much of a text as may be a user name.
fn short(text: &str) -> String {
    text.chars().take(2 * USERNAME_MAX_CHARS).collect()
}

pub(super) fn new_client(app: &App, device: &str, now: Timestamp) -> Result<(NewClient, String)> {
    let random =
        app.clock.random().map_err(|cause| Error::internal("the random source", &cause))?;
    let token = secret::token(random);
    let device: String =
        device.chars().filter(|c| !c.is_control()).take(DEVICE_MAX_CHARS).collect();
    let client = NewClient {
        client_id: ClientId(app.clock.new_id(now)),
        token_hash: secret::token_hash(&token),
        device: device.trim().to_owned(),
        created_at: now,
    };
    Ok((client, token))
}

/// Who the token belongs to; notes the client's use, to the minute.
///
/// # Errors
/// `not_logged_in` for a token that nobody has or that expired, or when storage can't be read.
pub async fn authenticate(app: &App, token: &str) -> Result<Caller> {
    let now = app.clock.now();
    let found = app.storage.client_by_token(secret::token_hash(token), now).await?;
    let (caller, last_used_at) = found.ok_or_else(Error::not_logged_in)?;
    if now.0 - last_used_at.0 >= LAST_USED_STEP_MS {
        app.storage.note_use(caller.client_id, now);
    }
    Ok(caller)
}

/// Ends the client that asks: its token and its sockets.
///
/// # Errors
/// When storage can't be written.
pub async fn log_out(app: &App, caller: Caller) -> Result<()> {
    revoke(app, caller, caller.client_id).await
}

/// The devices on which one is logged in, newest first.
///
/// # Errors
/// When storage can't be read.
pub async fn clients(app: &App, caller: Caller) -> Result<Clients> {
    Ok(Clients { clients: app.storage.clients(caller).await? })
}

/// Ends one of one's clients: its token and, at once, its sockets.
///
/// # Errors
/// `not_found` for a client that isn't one's own, or when storage can't be written.
pub async fn revoke(app: &App, caller: Caller, client_id: ClientId) -> Result<()> {
    let at = app.clock.now();
    outcome(|done| app.storage.end_client(caller.user_id, client_id, at, done)).await?;
    // Sockets that were opening while the revocation was stored are closed as they attach.
    app.hub.deliver(vec![Announcement::ClientEnded(caller.user_id, client_id)]);
    app.hub.wake();
    Ok(())
}

/// Ends all of one's clients, or all but the one that asks: devices and tokens, and their sockets at
/// once.
///
/// # Errors
/// `rate_limited`, or when storage can't be written.
pub async fn revoke_all(app: &App, caller: Caller, but_this: bool) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let (keep, at) = (but_this.then_some(caller.client_id), app.clock.now());
    outcome(|done| app.storage.end_all_clients(caller.user_id, keep, at, done)).await
}

/// A ticket that opens one WebSocket, once, within 30 seconds.
///
/// # Errors
/// `rate_limited`; `internal`, when the system's random source fails.
pub fn ticket(app: &App, caller: Caller) -> Result<Ticket> {
    app.limiter.take(Limited::Ticket(caller.user_id), app.clock.elapsed())?;
    let random =
        app.clock.random().map_err(|cause| Error::internal("the random source", &cause))?;
    let ticket = secret::token(random);
    app.tickets.keep(&ticket, caller, app.clock.elapsed());
    let lasts = i64::try_from(TICKET_SECONDS * 1000).unwrap_or(0);
    Ok(Ticket { ticket, expires_at: Timestamp(app.clock.now().0 + lasts) })
}

/// Who asks, with what only they may know.
///
/// # Errors
/// When storage can't be read.
pub async fn me(app: &App, caller: Caller) -> Result<Me> {
    let account = app.storage.account(caller.user_id).await?.ok_or_else(Error::not_logged_in)?;
    Ok(Me {
        has_password: account.password_hash.is_some(),
        user: account.info(app.hub.is_online(caller.user_id)),
        client_id: caller.client_id,
    })
}

/// Changes the name to show or the password. With the password, every other client ends.
///
/// # Errors
/// `invalid` for what is against the rules, `forbidden` when the password that is set isn't known,
/// `rate_limited`, or when storage can't be written.
pub async fn update_me(app: &App, caller: Caller, request: UpdateMe) -> Result<Me> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let display_name = match &request.display_name {
        Some(name) => Some(
            names::display_name(name)
                .map_err(|why| Error::invalid("/displayName", why))?
                .to_owned(),
        ),
        None => None,
    };
    let mut change = AccountChange { display_name, password: None };
    if let Some(password) = request.password {
        caller.scopes.permit(Wanted::Device)?;
        let account =
            app.storage.account(caller.user_id).await?.ok_or_else(Error::not_logged_in)?;
        check_password(&password, &[&account.username, &account.display_name])?;
        let instead_of = account.password_hash;
        if instead_of.is_some() {
            let current = request.current_password.unwrap_or_default();
            if !app.passwords.verify(current, instead_of.clone()).await? {
                return Err(Error::forbidden("the current password is needed and must be right"));
            }
        }
        let hash = app.passwords.hash(password).await?;
        change.password = Some(NewPassword { hash, instead_of });
    }
    let at = app.clock.now();
    outcome(|done| app.storage.update_account(caller, change, at, done)).await?;
    me(app, caller).await
}

/// Users whose name or shown name has a word that starts like the query; all of them without one. A
/// guest finds whom it shares a channel with.
///
/// # Errors
/// When storage can't be read.
pub async fn users(app: &App, caller: Caller, query: &str, limit: Option<usize>) -> Result<Users> {
    let limit = limit.unwrap_or(USERS_PAGE_DEFAULT).clamp(1, USERS_PAGE_MAX);
    let query: String = name_key(query.trim()).chars().take(USERNAME_MAX_CHARS).collect();
    let accounts = app.storage.accounts(caller.user_id, query, limit).await?;
    let users = accounts.iter().map(|a| a.info(app.hub.is_online(a.user_id))).collect();
    Ok(Users { users })
}

/// One user; of a guest, one that it shares a channel with.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn user(app: &App, caller: Caller, user_id: UserId) -> Result<UserInfo> {
    let account = app.storage.account_for(caller.user_id, user_id).await?;
    let account = account.ok_or_else(|| Error::not_found("user"))?;
    Ok(account.info(app.hub.is_online(user_id)))
}
