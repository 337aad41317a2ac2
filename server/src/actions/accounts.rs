//! Signing up, logging in and out, oneself, one's clients, and looking people up.

use crate::actions::outcome;
use crate::app::App;
use crate::domain::announcement::Announcement;
use crate::domain::identity::{Caller, look_key, name_key};
use crate::domain::limiter::{Limited, NameHash};
use crate::domain::secret;
use crate::error::{Error, Result};
use crate::storage::accounts::{Account, AccountChange, NewClient, NewUser};
use shared::api::account::{
    Clients, LogIn, Me, Session, Setup, SignUp, SignupPolicy, Ticket, UpdateMe, Users,
};
use shared::limits::{
    DEVICE_MAX_CHARS, PASSWORD_MAX_BYTES, TICKET_SECONDS, USERNAME_MAX_CHARS, USERS_PAGE_DEFAULT,
    USERS_PAGE_MAX,
};
use shared::{ClientId, ErrorCode, Timestamp, UserId, UserInfo, names};
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
        names::password(password).map_err(|why| Error::invalid("/password", why))?;
    }
    app.limiter.take(Limited::SignUp(from), app.clock.elapsed())?;
    permit_sign_up(app).await?;
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
        created_at: now,
    };
    let (user_id, client_id) = (user.user_id, client.client_id);
    let only_first = app.signup != SignupPolicy::Open;
    outcome(|done| app.storage.create_user(user, client, only_first, done)).await?;
    Ok(Session { user_id, client_id, username, token })
}

/// Refuses before the password is hashed, which costs; storage decides for certain.
async fn permit_sign_up(app: &App) -> Result<()> {
    if app.signup != SignupPolicy::Open && app.storage.any_user().await? {
        return Err(sign_up_refused(app.signup));
    }
    Ok(())
}

fn sign_up_refused(policy: SignupPolicy) -> Error {
    match policy {
        SignupPolicy::Invite => Error::new(
            ErrorCode::InviteNeeded,
            "sign-up on this server needs an invite; ask someone who is here for one",
        ),
        SignupPolicy::Open | SignupPolicy::Closed => {
            Error::new(ErrorCode::SignupClosed, "sign-up on this server is closed")
        }
    }
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
    let right = app.passwords.verify(password, stored).await?;
    let Some(Account { user_id, username, .. }) = account.filter(|_| right) else {
        return Err(Error::new(
            ErrorCode::BadCredentials,
            "this name and this password don't belong together",
        ));
    };
    app.limiter.logged_in(name, from, app.clock.elapsed());
    let device = request.device.as_deref().unwrap_or(device);
    let (client, token) = new_client(app, device, app.clock.now())?;
    let client_id = client.client_id;
    outcome(|done| app.storage.create_client(user_id, client, done)).await?;
    Ok(Session { user_id, client_id, username, token })
}

/// As much of a text as may be a user name.
fn short(text: &str) -> String {
    text.chars().take(2 * USERNAME_MAX_CHARS).collect()
}

fn new_client(app: &App, device: &str, now: Timestamp) -> Result<(NewClient, String)> {
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
/// `not_logged_in` for a token that nobody has, or when storage can't be read.
pub async fn authenticate(app: &App, token: &str) -> Result<Caller> {
    let found = app.storage.client_by_token(secret::token_hash(token)).await?;
    let (caller, last_used_at) = found.ok_or_else(Error::not_logged_in)?;
    let now = app.clock.now();
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

/// One's clients, newest first.
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
    outcome(|done| app.storage.end_client(caller.user_id, client_id, done)).await?;
    // Sockets that were opening while the revocation was stored are closed as they attach.
    app.hub.deliver(vec![Announcement::ClientEnded(caller.user_id, client_id)]);
    app.hub.wake();
    Ok(())
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

/// Changes the name to show or the password.
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
    let mut change = AccountChange { display_name, password_hash: None };
    if let Some(password) = request.password {
        names::password(&password).map_err(|why| Error::invalid("/password", why))?;
        let account =
            app.storage.account(caller.user_id).await?.ok_or_else(Error::not_logged_in)?;
        if account.password_hash.is_some() {
            let current = request.current_password.unwrap_or_default();
            if !app.passwords.verify(current, account.password_hash).await? {
                return Err(Error::forbidden("the current password is needed and must be right"));
            }
        }
        change.password_hash = Some(app.passwords.hash(password).await?);
    }
    outcome(|done| app.storage.update_account(caller.user_id, change, done)).await?;
    me(app, caller).await
}

/// Users whose name or shown name has a word that starts like the query; all of them without one.
///
/// # Errors
/// When storage can't be read.
pub async fn users(app: &App, query: &str, limit: Option<usize>) -> Result<Users> {
    let limit = limit.unwrap_or(USERS_PAGE_DEFAULT).clamp(1, USERS_PAGE_MAX);
    let query: String = name_key(query.trim()).chars().take(USERNAME_MAX_CHARS).collect();
    let accounts = app.storage.accounts(query, limit).await?;
    let users = accounts.iter().map(|a| a.info(app.hub.is_online(a.user_id))).collect();
    Ok(Users { users })
}

/// One user.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn user(app: &App, user_id: UserId) -> Result<UserInfo> {
    let account = app.storage.account(user_id).await?.ok_or_else(|| Error::not_found("user"))?;
    Ok(account.info(app.hub.is_online(user_id)))
}
