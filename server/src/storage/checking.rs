//! Looking a data directory over, with or without a server on it, changing nothing: the database
//! (`sqlite/checks`), and here its files: each there, whole, and spoken of.

use super::backup::{Hashing, Trouble};
use super::files::{Hash, hash_named, hex};
use super::sqlite::{self, Counts};
use crate::domain::clock::Clock;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Findings of one kind that are told one by one.
const TOLD_MAX: usize = 10;
/// How old a file is that nobody speaks of, and that an upload under way can't explain: the server
/// sweeps every hour.
const UNKNOWN_MS: i64 = 2 * 60 * 60 * 1000;

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of what kind.
    pub of: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub todo: &'static str,
}

/// What looking a directory over came to.
#[derive(Debug)]
pub struct Checked {
    /// What is wrong; of each kind the first ten, and how many more there are.
    pub findings: Vec<Finding>,
    /// Rows of the main tables.
    pub counts: Counts,
    /// Files that were read.
    pub files: usize,
}

/// Findings, of which not too many are kept.
#[derive(Debug, Default)]
pub(super) struct Findings {
    told: Vec<Finding>,
    more: BTreeMap<&'static str, (usize, &'static str)>,
}

impl Findings {
    pub(super) fn add(&mut self, of: &'static str, what: impl Into<String>, todo: &'static str) {
        if self.told.iter().filter(|finding| finding.of == of).count() < TOLD_MAX {
            self.told.push(Finding { of, what: what.into(), todo });
        } else {
            self.more.entry(of).or_insert((0, todo)).0 += 1;
        }
    }

    fn all(mut self) -> Vec<Finding> {
        for (of, (count, todo)) in self.more {
            self.told.push(Finding { of, what: format!("and {count} more like these"), todo });
        }
        self.told
    }
}

/// Looks everything over.
///
/// # Errors
/// When there is no database that can be read, or a newer Hubbub wrote it.
pub fn check(data: &Path, clock: Clock) -> Result<Checked, Trouble> {
    let database = data.join("hubbub.db");
    if !database.is_file() {
        let at = data.display();
        return Err(Trouble::new(format!(
            "there is no hubbub.db in {at}; name its directory with --data"
        )));
    }
    let mut findings = Findings::default();
    let held = sqlite::check_database(&database, &mut findings)?;
    let mut files = 0;
    for (hash, size) in &held.blobs {
        let name = hex(hash);
        let (folder, rest) = name.split_at(2);
        let path = data.join("files").join(folder).join(rest);
        files += usize::from(whole(&mut findings, &path, hash, Some(*size)));
    }
    for name in &held.pictures {
        let path = data.join("previews").join(name);
        if let Some(hash) = name.strip_suffix(".webp").and_then(hash_named) {
            files += usize::from(whole(&mut findings, &path, &hash, None));
        }
    }
    let oldest = clock.now().0.saturating_sub(UNKNOWN_MS);
    let unknown = unknown(&data.join("files"), &held, oldest);
    for path in unknown.map_err(|cause| Trouble::new(format!("files can't be listed: {cause}")))? {
        findings.add(
            "unknown file",
            format!("no message or upload carries {}", path.display()),
            "the server removes it within the hour; if it stays, look at the server's log",
        );
    }
    Ok(Checked { findings: findings.all(), counts: held.counts, files })
}

/// Has the index of the search made anew at the next start.
///
/// # Errors
/// When there is no database, or a server runs on it.
pub fn rebuild_search(data: &Path) -> Result<(), Trouble> {
    let database = data.join("hubbub.db");
    if !database.is_file() {
        return Err(Trouble::new(format!("there is no hubbub.db in {}", data.display())));
    }
    let _lock = sqlite::lock(data)?;
    Ok(sqlite::forget_index(&database)?)
}

/// Whether a file could be read; what is wrong with it.
fn whole(findings: &mut Findings, path: &Path, hash: &Hash, size: Option<u64>) -> bool {
    const TODO: &str = "put the file back from a backup (`hubbub restore` into another directory), or \
                        delete the message that carries it";
    let read = File::open(path).and_then(|file| {
        let mut file = Hashing::new(file);
        io::copy(&mut file, &mut io::sink())?;
        Ok(file.found())
    });
    match read {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            findings.add("missing file", format!("{} is not there", path.display()), TODO);
            false
        }
        Err(cause) => {
            findings.add("damaged file", format!("{}: {cause}", path.display()), TODO);
            false
        }
        Ok(read) => {
            if read.hash != *hash || size.is_some_and(|size| size != read.size) {
                let what = format!("{} does not hold what its name says", path.display());
                findings.add("damaged file", what, TODO);
            }
            true
        }
    }
}

/// The files that the database does not know, and that are not new.
fn unknown(root: &Path, held: &sqlite::Held, oldest: i64) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for first in 0..=u8::MAX {
        let folder = root.join(format!("{first:02x}"));
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(cause),
        };
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let hash = name.and_then(|rest| hash_named(&format!("{first:02x}{rest}")));
            let known = hash
                .is_some_and(|hash| held.blobs.contains_key(&hash) || held.freed.contains(&hash));
            if !known && changed_at(&path)? < oldest {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// When a file was written, in milliseconds since 1970.
fn changed_at(path: &Path) -> io::Result<i64> {
    let at = fs::metadata(path)?.modified()?;
    let since = at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
