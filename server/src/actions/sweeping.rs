//! Removing files that nobody holds any more: soon after the commit that freed them, and never before
//! it; and, at the start and every hour, what was uploaded and never sent, and what a crash left.

use crate::app::{App, AppHandle};
use crate::error::{Error, Result};
use crate::storage::files::{Alone, Hash};
use shared::Timestamp;
use shared::limits::UPLOAD_UNUSED_HOURS;
use std::sync::Arc;
use std::time::Duration;

/// How often is looked for what was never sent, and for what a crash left.
const HOUR: Duration = Duration::from_secs(3600);
/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(10);

/// Sweeps until it is ended.
pub async fn run(app: AppHandle) {
    let mut hourly = tokio::time::interval(HOUR);
    loop {
        let swept = tokio::select! {
            _ = hourly.tick() => sweep(&app).await,
            () = app.storage.files_freed() => collect(&app).await,
        };
        if let Err(error) = swept {
            // What was not removed is still known, and tried again with the next.
            tracing::warn!(%error, "files could not be swept");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Lets go of uploads that no message took in time, and removes every file that nobody holds.
async fn sweep(app: &Arc<App>) -> Result<()> {
    let unused = i64::try_from(UPLOAD_UNUSED_HOURS * 3_600_000).unwrap_or(i64::MAX);
    let before = Timestamp(app.clock.now().0.saturating_sub(unused));
    while app.storage.release_unused_uploads(before).await? > 0 {}
    collect(app).await?;
    for first in 0..=u8::MAX {
        remove_unknown(app, first).await?;
    }
    Ok(())
}

/// Removes the files whose last holder is gone.
async fn collect(app: &App) -> Result<()> {
    loop {
        let alone = alone(app).await?;
        // Asked while nobody can place a file that it is about to remove.
        let freed = app.storage.freed_files().await?;
        if freed.is_empty() {
            return Ok(());
        }
        remove(app, alone, freed.clone()).await?;
        app.storage.forget_files(freed).await?;
    }
}

/// Removes the files whose hash begins with this byte and that the database does not know.
async fn remove_unknown(app: &App, first: u8) -> Result<()> {
    let files = app.storage.files().clone();
    let alone = alone(app).await?;
    let listed = tokio::task::spawn_blocking(move || files.beginning_with(first)).await;
    let mut listed = listed
        .unwrap_or_else(|cause| Err(std::io::Error::other(cause)))
        .map_err(|cause| crate::error::Error::internal("listing files", &cause))?;
    if listed.is_empty() {
        return Ok(());
    }
    let known = app.storage.known_files(first).await?;
    listed.retain(|hash| !known.contains(hash));
    if !listed.is_empty() {
        tracing::info!(files = listed.len(), "removing files that an interrupted upload left");
    }
    remove(app, alone, listed).await
}

/// Removes those of these files that the database does not know: they were placed for a change that
/// was refused.
pub(super) async fn discard(app: &App, hashes: Vec<Hash>) {
    let discarding = async {
        let alone = app.storage.files().try_alone().await.map_err(|e| unusable(&e))?;
        // While a backup is taken, they are left to the next sweep.
        let Some(alone) = alone else { return Ok(()) };
        let mut unknown = Vec::new();
        for hash in hashes {
            if !app.storage.known_files(hash[0]).await?.contains(&hash) {
                unknown.push(hash);
            }
        }
        remove(app, alone, unknown).await
    };
    if let Err(error) = discarding.await {
        tracing::warn!(%error, "files of a refused upload are left to the next sweep");
    }
}

/// Waits until files may be removed.
async fn alone(app: &App) -> Result<Alone> {
    app.storage.files().alone().await.map_err(|cause| unusable(&cause))
}

fn unusable(cause: &std::io::Error) -> Error {
    Error::internal("the lock on files", cause)
}

async fn remove(app: &App, alone: Alone, hashes: Vec<Hash>) -> Result<()> {
    let files = app.storage.files().clone();
    let removing = tokio::task::spawn_blocking(move || {
        hashes.iter().try_for_each(|hash| files.remove(&alone, hash))
    });
    let removed = removing.await.unwrap_or_else(|cause| Err(std::io::Error::other(cause)));
    removed.map_err(|cause| crate::error::Error::internal("removing files", &cause))
}
