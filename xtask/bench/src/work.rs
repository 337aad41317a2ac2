//! The directory that everything is written to: on the disk that the program was built on, removed at the end.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A directory of our own below the target directory.
pub(crate) struct Work {
    path: PathBuf,
    next: u32,
}

impl Work {
    /// Makes it. Temporary directories elsewhere may be in memory, where nothing has to be made durable.
    ///
    /// # Errors
    /// When it can't be made.
    pub(crate) fn new() -> Result<Self> {
        let program = std::env::current_exe()?;
        let target = program.parent().and_then(Path::parent).context("no target directory")?;
        let path = target.join("bench").join(std::process::id().to_string());
        fs::create_dir_all(&path).with_context(|| format!("can't make {}", path.display()))?;
        Ok(Self { path, next: 0 })
    }

    /// A path in it that nothing has been made at yet.
    pub(crate) fn path(&mut self) -> PathBuf {
        self.next += 1;
        self.path.join(self.next.to_string())
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // The next `cargo clean` tries again.
        let _ = fs::remove_dir_all(&self.path);
    }
}
