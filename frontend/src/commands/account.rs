//! Coming in, going out, and what belongs to oneself.

use super::Ctx;
use crate::net::rest::{self, Failure};
use crate::state::Changes;
use shared::api::account::{LogIn, Me, Setup, SignUp, UpdateMe};
use shared::{ClientId, ClientInfo};

/// What the entrance needs to know.
///
/// # Errors
/// When the server doesn't answer.
pub async fn setup() -> Result<Setup, Failure> {
    rest::setup().await
}

/// Who is logged in.
///
/// # Errors
/// With `not_logged_in` when nobody is.
pub async fn me() -> Result<Me, Failure> {
    rest::me().await
}

/// Signs up, with the invite that brought one here, if one did, and comes in.
///
/// # Errors
/// When the server says no, with what is wrong, or doesn't answer.
pub async fn sign_up(
    username: String,
    password: String,
    invite: Option<String>,
) -> Result<Me, Failure> {
    let password = (!password.is_empty()).then_some(password);
    rest::sign_up(&SignUp { username, password, invite, display_name: None }).await?;
    rest::me().await
}

/// Logs in and comes in.
///
/// # Errors
/// When name or password are wrong, or the server doesn't answer.
pub async fn log_in(username: String, password: String) -> Result<Me, Failure> {
    rest::log_in(&LogIn { username, password, device: None }).await?;
    rest::me().await
}

/// Logs this client out. True once the server has ended it.
pub async fn log_out(ctx: Ctx) -> bool {
    ctx.check(rest::log_out().await).is_some()
}

/// Changes the name to show.
///
/// # Errors
/// When the server says no or doesn't answer.
pub async fn set_display_name(ctx: Ctx, name: String) -> Result<(), Failure> {
    rest::update_me(&UpdateMe { display_name: Some(name), ..UpdateMe::default() }).await?;
    let me = rest::me().await?;
    ctx.store.write(|state| {
        state.people.put(me.user);
        Changes { people: true, channels: true, ..Changes::default() }
    });
    Ok(())
}

/// Sets or changes the password.
///
/// # Errors
/// When the current one is wrong, the new one is too short, or the server doesn't answer.
pub async fn set_password(current: String, new: String) -> Result<(), Failure> {
    let current_password = (!current.is_empty()).then_some(current);
    rest::update_me(&UpdateMe { display_name: None, password: Some(new), current_password }).await
}

/// One's clients, newest first.
///
/// # Errors
/// When the server doesn't answer.
pub async fn clients() -> Result<Vec<ClientInfo>, Failure> {
    Ok(rest::clients().await?.clients)
}

/// Ends one of one's clients. True once the server has.
pub async fn revoke(ctx: Ctx, client: ClientId) -> bool {
    ctx.check(rest::revoke(client).await).is_some()
}
