//! How long channels keep their messages, and sweeping what is older: at the start, every hour and
//! when that is changed, in small steps between which everybody else has their turn.

use crate::actions::outcome;
use crate::app::{App, AppHandle};
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::error::{Error, Result};
use shared::ChannelId;
use shared::api::channels::Retention;
use shared::limits::RETENTION_MAX_DAYS;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
/// Between two steps.
const PAUSE: Duration = Duration::from_millis(2);

/// How long a channel keeps its messages.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn get(app: &App, caller: Caller, channel: ChannelId) -> Result<Retention> {
    let days = app.storage.retention(caller.user_id, channel).await?;
    Ok(Retention { days, server_days: app.retention_days })
}

/// Says how long a channel keeps its messages.
///
/// # Errors
/// `invalid`, `not_found`, `forbidden`, `conflict`, `rate_limited`, or when storage can't be written.
pub async fn set(
    app: &App,
    caller: Caller,
    channel: ChannelId,
    days: Option<u32>,
) -> Result<Retention> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    if days.is_some_and(|days| !(1..=RETENTION_MAX_DAYS).contains(&days)) {
        return Err(Error::invalid("/days", "must be from 1 to 3,650, or null"));
    }
    let (user, at) = (caller.user_id, app.clock.now());
    outcome(|done| app.storage.set_retention(user, channel, days, at, done)).await?;
    app.retention_changed.notify_one();
    get(app, caller, channel).await
}

/// Sweeps until it is ended.
pub async fn run(app: AppHandle) {
    let mut hourly = tokio::time::interval(HOUR);
    loop {
        tokio::select! {
            _ = hourly.tick() => {}
            () = app.retention_changed.notified() => {}
        }
        if let Err(error) = sweep(&app).await {
            tracing::warn!(%error, "old messages could not be swept; the next hour tries again");
        }
    }
}

async fn sweep(app: &App) -> Result<()> {
    for channel in app.storage.to_sweep(app.retention_days, app.clock.now()).await? {
        while app.storage.sweep(channel).await? {
            tokio::time::sleep(PAUSE).await;
        }
        let mut looked = 0;
        while let Some(on) = app.storage.sweep_kept(channel, looked).await? {
            looked = on;
            tokio::time::sleep(PAUSE).await;
        }
    }
    while app.storage.give_back().await? {
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
