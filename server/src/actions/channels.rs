//! Creating, finding, changing, joining and leaving channels; read positions.

use crate::actions::{Done, outcome};
use crate::app::App;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use crate::storage::channels::{ChannelChanges, NewChannel};
use shared::api::channels::{Channels, CreateChannel, ReadPosition, UpdateChannel};
use shared::limits::CHANNEL_MEMBERS_MAX;
use shared::{ChannelId, ChannelInfo, ChannelKind, Seq, UserId, Visibility, names};

/// A channel, and whether this call made it.
#[derive(Debug)]
pub struct Created {
    /// The channel, as the creator sees it.
    pub channel: ChannelInfo,
    /// False for a direct conversation that was there already.
    pub new: bool,
}

/// Creates a channel with its members, or finds the direct conversation of two.
///
/// # Errors
/// `invalid` with a pointer to each unknown user and each field against the rules, `rate_limited`,
/// or when storage can't be written. Nothing is created then.
pub async fn create(app: &App, caller: Caller, request: CreateChannel) -> Result<Created> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    if request.user_ids.len() > CHANNEL_MEMBERS_MAX {
        return Err(Error::invalid("/userIds", "names more than 10,000 users"));
    }
    let name = match request.name.as_deref() {
        Some(name) => {
            Some(names::channel_name(name).map_err(|why| Error::invalid("/name", why))?.to_owned())
        }
        None => None,
    };
    let topic = clean_topic(request.topic.as_deref())?;
    let visibility = request.visibility.unwrap_or_default();
    if name.is_none() && visibility == Visibility::Public {
        return Err(Error::invalid("/visibility", "can be public only with a name"));
    }
    let mut members = vec![caller.user_id];
    let mut seen = std::collections::HashSet::from([caller.user_id]);
    members.extend(request.user_ids.iter().copied().filter(|id| seen.insert(*id)));
    let kind = match (&name, members.len()) {
        (Some(_), _) => ChannelKind::Room,
        (None, 1 | 2) => ChannelKind::Direct,
        (None, _) => ChannelKind::Group,
    };
    let now = app.clock.now();
    let channel = NewChannel {
        channel_id: ChannelId(app.clock.new_id(now)),
        kind,
        name,
        topic: topic.flatten(),
        visibility,
        members,
        asked_for: request.user_ids,
        created_at: now,
    };
    outcome(|done| app.storage.create_channel(channel, done)).await
}

/// A topic as asked for: not mentioned, removed, or set.
fn clean_topic(topic: Option<&str>) -> Result<Option<Option<String>>> {
    let Some(topic) = topic else { return Ok(None) };
    let topic = names::topic(topic).map_err(|why| Error::invalid("/topic", why))?;
    Ok(Some((!topic.is_empty()).then(|| topic.to_owned())))
}

/// The channels one is a member of, the one with the newest event first.
///
/// # Errors
/// When storage can't be read.
pub async fn mine(app: &App, caller: Caller) -> Result<Channels> {
    Ok(Channels { channels: app.storage.channels_of(caller.user_id).await? })
}

/// The public channels, by name.
///
/// # Errors
/// When storage can't be read.
pub async fn discover(app: &App, caller: Caller) -> Result<Channels> {
    Ok(Channels { channels: app.storage.public_channels(caller.user_id, app.clock.now()).await? })
}

/// One channel that one may see.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn get(app: &App, caller: Caller, channel_id: ChannelId) -> Result<ChannelInfo> {
    app.storage.channel(caller.user_id, channel_id, app.clock.now()).await
}

/// Changes a channel's name, topic or visibility.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `conflict` for a conversation that has no name,
/// `rate_limited`, or when storage can't be written.
pub async fn update(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    request: UpdateChannel,
) -> Result<ChannelInfo> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let name = match request.name.as_deref() {
        Some(name) => {
            Some(names::channel_name(name).map_err(|why| Error::invalid("/name", why))?.to_owned())
        }
        None => None,
    };
    let topic = clean_topic(request.topic.as_deref())?;
    let changes = ChannelChanges { name, topic, visibility: request.visibility };
    outcome(|done| app.storage.update_channel(caller.user_id, channel_id, changes, done)).await?;
    get(app, caller, channel_id).await
}

/// Deletes a channel with everything in it.
///
/// # Errors
/// `not_found`, `forbidden`, `conflict` for a direct conversation, `rate_limited`, or when storage
/// can't be written.
pub async fn delete(app: &App, caller: Caller, channel_id: ChannelId) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.delete_channel(caller.user_id, channel_id, at, done)).await
}

/// Makes someone a member, or oneself of a public channel. Who is one stays one.
///
/// # Errors
/// `not_found` for a channel or user that is unknown or not visible, `conflict`, `rate_limited`, or
/// when storage can't be written.
pub async fn add_member(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
) -> Result<ChannelInfo> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.add_member(caller.user_id, channel_id, user_id, at, done)).await?;
    get(app, caller, channel_id).await
}

/// Ends a membership: one's own, or another's as who moderates the channel.
///
/// # Errors
/// `not_found`, `forbidden`, `conflict`, `rate_limited`, or when storage can't be written.
pub async fn remove_member(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    user_id: UserId,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    let at = app.clock.now();
    outcome(|done| app.storage.remove_member(caller.user_id, channel_id, user_id, at, done)).await
}

/// Moves one's read position forward; never back, and never past the head. Answers where it stands.
///
/// # Errors
/// `not_found`, `rate_limited`, or when storage can't be written.
pub async fn mark_read(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    seq: Seq,
) -> Result<ReadPosition> {
    let seq = outcome(|done| submit_read(app, caller, channel_id, seq, done)).await?;
    Ok(ReadPosition { seq })
}

/// As [`mark_read`], for who doesn't wait: `done` is called once it is on disk, or refused.
///
/// # Errors
/// `rate_limited` at once; everything else through `done`.
pub async fn submit_read(
    app: &App,
    caller: Caller,
    channel_id: ChannelId,
    seq: Seq,
    done: Done<Seq>,
) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    app.storage.mark_read(caller.user_id, channel_id, seq, done).await
}
