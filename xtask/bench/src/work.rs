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
        let all = target.join("bench");
        remove_left_behind(&all);
        let path = all.join(std::process::id().to_string());
        fs::create_dir_all(&path).with_context(|| format!("can't make {}", path.display()))?;
        Ok(Self { path, next: 0 })
    }

    /// A path in it that nothing has been made at yet.
    pub(crate) fn path(&mut self) -> PathBuf {
        self.next += 1;
        self.path.join(self.next.to_string())
    }
}

/// Removes what runs that were killed have left in a directory of such directories, each named by its process.
fn remove_left_behind(all: &Path) {
    for entry in fs::read_dir(all).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if !Path::new("/proc").join(process.to_string()).exists() {
            // The next run tries again.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // The next `cargo clean` tries again.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_uses_any_more_is_removed() {
        let all = std::env::temp_dir().join(format!("hubbub-bench-{}", std::process::id()));
        let (ours, dead) = (all.join(std::process::id().to_string()), all.join("4294967295"));
        for path in [&ours, &dead, &all.join("other")] {
            fs::create_dir_all(path.join("data")).unwrap();
        }
        remove_left_behind(&all);
        assert!(ours.exists() && !dead.exists() && all.join("other").exists());
        fs::remove_dir_all(&all).unwrap();
    }
}
