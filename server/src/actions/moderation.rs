//! Keeping order in a channel: its moderators, bans and mutes. Taking somebody out of it is
//! `channels::remove_member`; deleting what was said, `messages::delete`.

use crate::actions::outcome;
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use crate::storage::moderation::Restraint;
use shared::api::rights::{Ban, Bans, ChannelRole, Members, Mute};
use shared::{ChannelId, Timestamp, UserId, names};

/// A channel's members, with what they may do in it.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn members(app: &App, caller: Caller, channel_id: ChannelId) -> Result<Members> {
    let members = app.storage.members(caller.user_id, channel_id, app.clock.now()).await?;
    Ok(Members { members })
}

/// Makes a member a moderator, or takes that back.
///
/// # Errors
/// `not_found` for a channel or member, `forbidden`, `invalid` for the creator's role, `conflict`
/// for the creator, a guest or a direct conversation, `rate_limited`, or when storage can't be
/// written.
pub async fn set_role(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
    role: ChannelRole,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let moderator = match role {
        ChannelRole::Moderator => true,
        ChannelRole::Member => false,
        ChannelRole::Creator => {
            return Err(Error::invalid("/role", "must be moderator or member"));
        }
    };
    let (by, at) = (caller.user_id, app.clock.now());
    let set = |done| app.storage.set_channel_role(by, channel_id, user_id, moderator, at, done);
    outcome(set).await
}

/// Who is kept out of a channel.
///
/// # Errors
/// `not_found`, `forbidden`, `conflict` for a direct conversation, or when storage can't be read.
pub async fn bans(app: &App, caller: Caller, channel_id: ChannelId) -> Result<Bans> {
    let bans = app.storage.bans(caller.user_id, channel_id, app.clock.now()).await?;
    Ok(Bans { bans })
}

/// Keeps somebody out of a channel, member or not. For who is banned already, reason and end are
/// new.
///
/// # Errors
/// `not_found` for a channel or user, `invalid` for a reason that is too long or an end that is
/// over, `forbidden`, `conflict` for a direct conversation, `rate_limited`, or when storage can't be
/// written.
pub async fn ban(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
    ban: Ban,
) -> Result<()> {
    let reason = ban.reason.as_deref().unwrap_or_default();
    let reason = names::reason(reason).map_err(|why| Error::invalid("/reason", why))?.to_owned();
    let new = restraint(app, caller, channel_id, user_id, ban.until)?;
    outcome(|done| app.storage.ban(Restraint { reason, ..new }, done)).await
}

/// Lets somebody who is banned come back.
///
/// # Errors
/// As for [`ban`]; `not_found` also for who isn't banned.
pub async fn unban(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
) -> Result<()> {
    let old = restraint(app, caller, channel_id, user_id, None)?;
    outcome(|done| app.storage.unban(old, done)).await
}

/// Lets a member only read. For who is muted already, the end is new.
///
/// # Errors
/// As for [`ban`]; `not_found` for who is no member.
pub async fn mute(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
    mute: Mute,
) -> Result<()> {
    let new = restraint(app, caller, channel_id, user_id, mute.until)?;
    outcome(|done| app.storage.mute(new, done)).await
}

/// Lets somebody who is muted write again.
///
/// # Errors
/// As for [`ban`]; `not_found` also for who isn't muted.
pub async fn unmute(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
) -> Result<()> {
    let old = restraint(app, caller, channel_id, user_id, None)?;
    outcome(|done| app.storage.unmute(old, done)).await
}

fn restraint(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
    until: Option<Timestamp>,
) -> Result<Restraint> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    if until.is_some_and(|until| until <= at) {
        return Err(Error::invalid("/until", "must be in the future, or left out"));
    }
    let (caller, reason) = (caller.user_id, String::new());
    Ok(Restraint { channel_id, caller, user_id, until, reason, at })
}
