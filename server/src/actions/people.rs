//! Looking at everybody, for who administers the server. What is changed of them is in `roles.rs` and
//! `resets.rs`; what others may know of a user, in `accounts.rs`.

use crate::app::App;
use crate::domain::identity::{Caller, name_key};
use crate::domain::permission;
use crate::error::Result;
use crate::storage::people::{People, Person};
use shared::limits::{PEOPLE_PAGE, USERNAME_MAX_CHARS};
use shared::{Role, UserId};
use std::collections::HashMap;

/// Whether who asks may administer the server, and as what.
///
/// # Errors
/// `forbidden` for others than the owner and admins, or when storage can't be read.
pub async fn permit(app: &App, caller: Caller) -> Result<Role> {
    let role = app.storage.role(caller.user_id).await?;
    permission::may_administer(role)?;
    Ok(role)
}

/// A page of everybody, without bots, whose name or shown name holds the query. Pages count from 0.
///
/// # Errors
/// `forbidden` for others than the owner and admins, or when storage can't be read.
pub async fn page(app: &App, caller: Caller, query: &str, page: u64) -> Result<People> {
    let query: String = name_key(query.trim()).chars().take(USERNAME_MAX_CHARS).collect();
    let skip = page.saturating_mul(PEOPLE_PAGE as u64);
    app.storage.people(caller.user_id, query, skip, PEOPLE_PAGE).await
}

/// These users, whoever they are; who isn't there is left out.
///
/// # Errors
/// `forbidden` for others than the owner and admins, or when storage can't be read.
pub async fn named(app: &App, caller: Caller, ids: Vec<UserId>) -> Result<HashMap<UserId, Person>> {
    app.storage.people_by_id(caller.user_id, ids).await
}
