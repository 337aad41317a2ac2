//! Where things are: the repository, what is built, and the cache that all clones of one user share.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The repository's root. Asked from Cargo at run time first, because a target directory shared by two clones may hold a
/// binary that the other clone compiled.
pub(crate) fn root() -> PathBuf {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest_dir.parent().map_or_else(|| manifest_dir.clone(), Path::to_path_buf)
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Where Trunk puts the page, and the server takes it from.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The released server, with the page inside.
pub(crate) fn release_server() -> PathBuf {
    target().join("release").join(exe("hubbub"))
}

/// The server as developers build it; it reads the page from [`dist`] while it runs.
pub(crate) fn debug_server() -> PathBuf {
    target().join("debug").join(exe("hubbub"))
}

/// Where the tools that Hubbub needs are installed: outside of the repository, so that a second clone finds them.
///
/// # Errors
/// When neither `XDG_CACHE_HOME` nor `HOME` is set.
pub(crate) fn tools_cache() -> Result<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|dir| dir.is_absolute())
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .context("no home directory: set HOME or XDG_CACHE_HOME")?;
    Ok(cache.join("hubbub").join("tools"))
}

/// Where `cargo install` puts programs by default, which is not always on the `PATH`.
pub(crate) fn cargo_bin() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .map(|home| home.join("bin"))
}

/// A program's file name on this system.
pub(crate) fn exe(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// A path as people read it: relative to the repository where it is inside, with `~` for the home directory.
pub(crate) fn shown(path: &Path) -> String {
    if let Ok(inside) = path.strip_prefix(root()) {
        return inside.display().to_string();
    }
    match env::home_dir().and_then(|home| path.strip_prefix(home).map(Path::to_path_buf).ok()) {
        Some(below) => Path::new("~").join(below).display().to_string(),
        None => path.display().to_string(),
    }
}
