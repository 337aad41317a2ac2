//! Noticing changes by looking: a few hundred files are asked for their times in a millisecond, on every file system, in
//! containers and over mounts, where notifications are not to be relied on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::Result;

use crate::fingerprint;

/// Files and when each was last written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot(BTreeMap<PathBuf, Option<SystemTime>>);

impl Snapshot {
    /// Looks at files, and at directories with all that is in them.
    ///
    /// # Errors
    /// When a directory can't be read.
    pub(crate) fn of(paths: &[PathBuf]) -> Result<Self> {
        let mut files = BTreeSet::new();
        for path in paths {
            fingerprint::collect(path, &mut files)?;
        }
        let time = |file: &PathBuf| fs::metadata(file).and_then(|about| about.modified()).ok();
        Ok(Self(files.into_iter().map(|file| (file.clone(), time(&file))).collect()))
    }

    /// The files that were written, came or went since.
    pub(crate) fn changed<'a>(&'a self, since: &'a Self) -> Vec<&'a PathBuf> {
        let written = self.0.iter().filter(|(file, time)| since.0.get(*file) != Some(time));
        let gone = since.0.keys().filter(|file| !self.0.contains_key(*file));
        written.map(|(file, _)| file).chain(gone).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn snapshot(files: &[(&str, u64)]) -> Snapshot {
        let time = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        Snapshot(files.iter().map(|&(file, at)| (PathBuf::from(file), time(at))).collect())
    }

    #[test]
    fn writing_coming_and_going_are_changes() {
        let before = snapshot(&[("same", 1), ("written", 1), ("gone", 1)]);
        let after = snapshot(&[("same", 1), ("written", 2), ("come", 1)]);
        let changed: Vec<_> =
            after.changed(&before).iter().map(|file| file.display().to_string()).collect();
        assert_eq!(changed, ["come", "written", "gone"]);
        assert!(before.changed(&before).is_empty());
    }
}
