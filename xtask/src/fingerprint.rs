//! Whether something must be built anew: a number over the contents of all that it is made from.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// Hashes files, and directories with all that is in them, by their paths below `root` and their contents. What does not
/// exist counts as absent, so that its coming is a change. `besides` is hashed too: versions of tools, for one.
///
/// # Errors
/// When something that is there can't be read.
pub(crate) fn of(root: &Path, paths: &[PathBuf], besides: &[&str]) -> Result<String> {
    let mut files = BTreeSet::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    let mut hasher = DefaultHasher::new();
    besides.hash(&mut hasher);
    for file in files {
        file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
        let content = fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
        content.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Every file at or below a path.
///
/// # Errors
/// When a directory can't be read.
pub(crate) fn collect(path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    if path.is_dir() {
        let entries =
            fs::read_dir(path).with_context(|| format!("can't read {}", path.display()))?;
        for entry in entries {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.insert(path.to_path_buf());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of this test's own, removed at its end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let dir =
                std::env::temp_dir().join(format!("hubbub-xtask-{}-{name}", std::process::id()));
            fs::create_dir_all(dir.join("src")).unwrap();
            Self(dir)
        }

        fn write(&self, name: &str, content: &str) {
            fs::write(self.0.join(name), content).unwrap();
        }

        fn fingerprint(&self, besides: &str) -> String {
            of(&self.0, &[self.0.join("src"), self.0.join("index.html")], &[besides]).unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _gone_already = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn only_what_matters_changes_it() {
        let scratch = Scratch::new("changes");
        scratch.write("src/a", "1");
        scratch.write("elsewhere", "1");
        let first = scratch.fingerprint("tool 1");
        assert_eq!(first, scratch.fingerprint("tool 1"));
        scratch.write("elsewhere", "2");
        assert_eq!(first, scratch.fingerprint("tool 1"));
        assert_ne!(first, scratch.fingerprint("tool 2"));

        scratch.write("src/a", "2");
        let changed = scratch.fingerprint("tool 1");
        assert_ne!(first, changed);
        scratch.write("src/a", "1");
        assert_eq!(first, scratch.fingerprint("tool 1"));
        scratch.write("index.html", "");
        assert_ne!(first, scratch.fingerprint("tool 1"));
    }

    #[test]
    fn a_renamed_file_is_a_change() {
        let scratch = Scratch::new("rename");
        scratch.write("src/a", "1");
        let first = scratch.fingerprint("");
        fs::rename(scratch.0.join("src/a"), scratch.0.join("src/b")).unwrap();
        assert_ne!(first, scratch.fingerprint(""));
    }
}
