//! Ending clients that nobody asked to end: tokens that expired, and clients that a command of the
//! program ended while this ran. Their sockets close within the next look.

use crate::actions::outcome;
use crate::app::AppHandle;
use crate::error::Result;
use std::time::Duration;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(2);

/// Looks until it is ended.
pub async fn run(app: AppHandle) {
    let mut look = tokio::time::interval(EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        if let Err(error) = end(&app).await {
            // What did not end still does not log in; its sockets close with a later look.
            tracing::warn!(%error, "clients that are over could not be ended");
        }
    }
}

async fn end(app: &AppHandle) -> Result<()> {
    let now = app.clock.now();
    if app.storage.any_to_end(now).await? {
        outcome(|done| app.storage.end_some(now, done)).await?;
    }
    Ok(())
}
