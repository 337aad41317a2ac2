//! A directory of the cache is filled apart and moved into place whole, so that nobody ever finds half a tool: neither
//! after an interruption, nor while another clone installs the same.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::paths;
use crate::progress::Step;

/// Makes sure that `name` is in the cache and right: as it is, or filled anew by `fill`, which is given an empty directory.
/// `right` says whether a directory holds what is wanted. Returns the directory.
///
/// # Errors
/// Those of `fill`; and when what it made isn't right, or the cache can't be written.
pub(super) fn ensure_installed(
    name: &str,
    step: &mut Step,
    right: impl Fn(&Path) -> bool,
    fill: impl FnOnce(&Path, &mut Step) -> Result<()>,
) -> Result<PathBuf> {
    let cache = paths::tools_cache()?;
    fs::create_dir_all(&cache).with_context(|| format!("can't create {}", cache.display()))?;
    let place = cache.join(name);

    // Another clone may be at it: building the same twice at once would only take both longer.
    let lock = File::create(cache.join(format!("{name}.lock")))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            step.doing("another `cargo xtask` is installing it: waiting");
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context("can't lock the cache"),
    }
    if right(&place) {
        return Ok(place);
    }

    // The lock is ours, so whatever is here was left by one that was interrupted.
    let filling = cache.join(format!("{name}.filling"));
    remove(&filling)?;
    fs::create_dir(&filling)?;
    let filled = fill(&filling, step);
    if filled.is_err() {
        let _the_error_of_filling_matters_more = remove(&filling);
    }
    filled?;
    ensure!(right(&filling), "{name} was installed but is not what was asked for");
    remove(&place)?;
    fs::rename(&filling, &place)?;
    Ok(place)
}

fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("can't remove {}", dir.display()))
        }
        _ => Ok(()),
    }
}
