//! Backups: one file that holds a copy of the database and every file that the copy speaks of. Taken
//! from a directory that a server may be running on: the copy is one snapshot, and while a backup is
//! taken no file is removed (`Removal`). What a backup looks like is in `archive.rs`; how one is put
//! back, in `restore.rs`. What people are told is in `commands`.

mod archive;
mod restore;

pub(super) use archive::Hashing;
pub use restore::{Restored, restore};

/// What an archive holds beside the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The database itself.
    Database,
    /// Its tables as lines of JSON, for other programs and for a fresh start (`docs/export.md`).
    Tables,
}

impl Content {
    fn format(self) -> &'static str {
        match self {
            Self::Database => "hubbub-backup",
            Self::Tables => "hubbub-export",
        }
    }
}

use super::files::{self, Hash, Removal, hex};
use super::sqlite::{self, Counts};
use crate::domain::clock::Clock;
use archive::{Entry, Manifest, Packer};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The database's name in the archive, as in the directory.
const DATABASE: &str = "hubbub.db";
const FILES: &str = "files";
const PREVIEWS: &str = "previews";
/// The folder of tables in an export.
const TABLES: &str = "tables";

/// Why something could not be kept or put back: a sentence for who started it.
#[derive(Debug)]
pub struct Trouble(String);

impl Trouble {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

impl From<rusqlite::Error> for Trouble {
    fn from(cause: rusqlite::Error) -> Self {
        Self(format!("the database: {cause}"))
    }
}

impl From<super::OpenError> for Trouble {
    fn from(cause: super::OpenError) -> Self {
        Self(cause.to_string())
    }
}

/// Says what was done when the disk failed.
fn on(what: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Trouble {
    move |cause| match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Trouble(format!("{what}: the disk is full; make room and start again"))
        }
        _ => Trouble(format!("{what}: {cause}")),
    }
}

/// What a backup holds.
#[derive(Debug)]
pub struct Taken {
    /// Rows of the main tables.
    pub counts: Counts,
    /// Uploads, thumbnails and pictures of previews.
    pub files: usize,
    /// Bytes of everything, before compression.
    pub bytes: u64,
    /// Files that the database speaks of and that were not there, or not what they should be.
    pub missing: Vec<String>,
}

/// Takes a backup of the data directory into a new file; one whose name ends with `gz` is compressed.
///
/// # Errors
/// When there is no database, the file exists already, or it can't be written. No part of it is left.
pub fn take(data: &Path, to: &Path, content: Content, clock: Clock) -> Result<Taken, Trouble> {
    let database = data.join(DATABASE);
    if !database.is_file() {
        let at = data.display();
        return Err(Trouble(format!(
            "there is no hubbub.db in {at}; name the directory with --data"
        )));
    }
    if to.exists() {
        let at = to.display();
        return Err(Trouble(format!("{at} exists already; name a new file, nothing was written")));
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Beside the backup, where there must be room for as much anyway.
    let workshop = tempfile::Builder::new().prefix(".hubbub-backup-").tempdir_in(folder);
    let workshop = workshop.map_err(on(format!("{} can't be used", folder.display())))?;
    // From before the snapshot to the end, nothing that it speaks of is removed.
    let _kept = Removal::none_while(data).map_err(on("files can't be held"))?;
    let copy = workshop.path().join(DATABASE);
    let about = sqlite::copy_database(&database, &copy).map_err(|cause| full_or(&cause))?;

    let gzip = to.extension().is_some_and(|end| end == "gz" || end == "tgz");
    let unfinished = workshop.path().join("backup");
    let mut packer = Packer::new(&unfinished, gzip).map_err(on("the backup can't be begun"))?;
    let mut entries = Vec::new();
    let mut missing = Vec::new();
    let writing = || on("the backup can't be written");
    let mut made = vec![(DATABASE.to_owned(), copy.clone())];
    let mut schema = about.schema;
    if content == Content::Tables {
        let tables = workshop.path().join(TABLES);
        std::fs::create_dir(&tables).map_err(writing())?;
        let names = sqlite::write_tables(&copy, &tables, clock)?.iter();
        let named = names.map(|name| format!("{TABLES}/{name}.jsonl"));
        made = named.map(|name| (name.clone(), workshop.path().join(name))).collect();
        schema = sqlite::SCHEMA;
    }
    for (name, path) in made {
        let found = packer.add(&name, &path).map_err(writing())?.ok_or_else(|| {
            Trouble::new("the copy is gone; is something else cleaning up there?")
        })?;
        entries.push(entry(name, found));
    }
    let beside = entries.len();
    for (name, path, hash) in wanted(data, about.blobs, about.pictures) {
        match packer.add(&name, &path).map_err(writing())? {
            None => missing.push(name),
            Some(found) => {
                if found.hash != hash {
                    missing.push(name.clone());
                }
                entries.push(entry(name, found));
            }
        }
    }
    let bytes = entries.iter().map(|entry| entry.size).sum();
    let files = entries.len() - beside;
    let manifest = Manifest {
        format: content.format().to_owned(),
        version: Manifest::VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        epoch: about.epoch,
        taken_at: clock.now(),
        counts: about.counts,
        entries,
        missing,
    };
    packer.finish(&manifest).map_err(writing())?;
    // A hard link, unlike a rename, never replaces what somebody else put there meanwhile.
    std::fs::hard_link(&unfinished, to).map_err(on(format!("{} can't be made", to.display())))?;
    files::sync_dir(folder).map_err(writing())?;
    Ok(Taken { counts: manifest.counts, files, bytes, missing: manifest.missing })
}

fn full_or(cause: &rusqlite::Error) -> Trouble {
    match cause.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => {
            Trouble::new("the disk is full: there must be room for a copy of everything; no backup")
        }
        _ => Trouble(format!("the database can't be copied: {cause}; no backup was made")),
    }
}

fn entry(path: String, found: archive::Found) -> Entry {
    Entry { path, size: found.size, sha256: hex(&found.hash) }
}

/// Where each file that the database speaks of is, its name in the archive, and its hash.
fn wanted(
    data: &Path,
    blobs: BTreeSet<Hash>,
    pictures: BTreeSet<String>,
) -> impl Iterator<Item = (String, PathBuf, Hash)> {
    let blobs = blobs.into_iter().map(|hash| {
        let name = hex(&hash);
        let (folder, rest) = name.split_at(2);
        (format!("{FILES}/{folder}/{rest}"), hash)
    });
    // What has another name than pictures have is never read as one either.
    let pictures = pictures.into_iter().filter_map(|name| {
        let hash = files::hash_named(name.strip_suffix(".webp")?)?;
        Some((format!("{PREVIEWS}/{name}"), hash))
    });
    let data = data.to_owned();
    blobs.chain(pictures).map(move |(name, hash)| {
        let path = data.join(&name);
        (name, path, hash)
    })
}
