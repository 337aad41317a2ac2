//! Invites: making them, looking at them, taking them back. Coming in with one is signing up, in
//! `accounts.rs`.

use crate::actions::outcome;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::secret;
use crate::error::{Error, Result};
use crate::storage::invites::NewInvite;
use shared::api::account::SignupPolicy;
use shared::api::invites::{CreateInvite, Invite, InviteFace, Invites};
use shared::limits::{
    INVITE_CHANNELS_MAX, INVITE_DEFAULT_SECONDS, INVITE_MAX_SECONDS, INVITE_USES_MAX,
};
use shared::{ErrorCode, Role, Timestamp};

/// Makes an invite.
///
/// # Errors
/// `invalid` for what is against the bounds or leads to channels to which who asks may not add
/// people, `forbidden` for guests, `conflict` past 100 invites or where sign-up is closed,
/// `rate_limited`, or when storage can't be written.
pub async fn create(app: &App, caller: Caller, request: CreateInvite) -> Result<Invite> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    if app.signup == SignupPolicy::Closed {
        return Err(Error::new(
            ErrorCode::Conflict,
            "sign-up on this server is closed, with an invite, too; start it with --signup invite",
        ));
    }
    let seconds = request.expires_in_seconds.unwrap_or(INVITE_DEFAULT_SECONDS);
    if !(1..=INVITE_MAX_SECONDS).contains(&seconds) {
        return Err(Error::invalid("/expiresInSeconds", "must be from 1 to 31,536,000: a year"));
    }
    if request.uses.is_some_and(|uses| !(1..=INVITE_USES_MAX).contains(&uses)) {
        return Err(Error::invalid("/uses", "must be from 1 to 10,000, or left out"));
    }
    let role = request.role.unwrap_or(Role::Member);
    if !matches!(role, Role::Member | Role::Guest) {
        return Err(Error::invalid("/role", "must be `member` or `guest`"));
    }
    if request.channel_ids.len() > INVITE_CHANNELS_MAX {
        return Err(Error::invalid("/channelIds", "names more than 50 channels"));
    }
    let random =
        app.clock.random().map_err(|cause| Error::internal("the random source", &cause))?;
    let now = app.clock.now();
    let new = NewInvite {
        code: secret::code(random),
        created_at: now,
        expires_at: Timestamp(now.0 + i64::try_from(seconds * 1000).unwrap_or(0)),
        uses: request.uses,
        role,
        channel_ids: request.channel_ids,
    };
    outcome(|done| app.storage.create_invite(caller.user_id, new, done)).await
}

/// The invites that hold: one's own; all of them for the server's owner and admins.
///
/// # Errors
/// When storage can't be read.
pub async fn list(app: &App, caller: Caller) -> Result<Invites> {
    Ok(Invites { invites: app.storage.invites(caller.user_id, app.clock.now()).await? })
}

/// What who was given a code may know before signing up.
///
/// # Errors
/// `not_found` for one that is unknown, used up, expired or taken back, all alike, or when storage
/// can't be read.
pub async fn face(app: &App, code: String) -> Result<InviteFace> {
    app.storage.invite_face(code, app.clock.now()).await
}

/// Whether somebody can come in with this code now.
///
/// # Errors
/// When storage can't be read.
pub(super) async fn holds(app: &App, code: String) -> Result<bool> {
    match face(app, code).await {
        Ok(_) => Ok(true),
        Err(error) if error.code == ErrorCode::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes an invite back. Who came in with it stays.
///
/// # Errors
/// `not_found` for an unknown one and for another's, or when storage can't be written.
pub async fn revoke(app: &App, caller: Caller, code: String) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.revoke_invite(caller.user_id, code, at, done)).await
}
