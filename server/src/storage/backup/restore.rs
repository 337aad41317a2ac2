//! Putting a backup back: everything is unpacked beside its place and held against the manifest; only
//! then it takes its place, the database last. It is another life of the history: the epoch is new,
//! so that no client goes on from a place that is not the same any more.

use super::archive::{Entry, Hashing, MANIFEST, Manifest};
use super::{Content, DATABASE, FILES, PREVIEWS, TABLES, Trouble, on};
use crate::domain::clock::Clock;
use crate::domain::deed::Deed;
use crate::storage::files::{self, hash_named, hex};
use crate::storage::sqlite::{self, Counts};
use flate2::read::MultiGzDecoder;
use shared::Timestamp;
use shared::api::audit::Act;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// Most bytes that a manifest can have: a quarter of a million files are some 40 MB.
const MANIFEST_MAX: u64 = 1 << 30;

/// What was put back.
#[derive(Debug)]
pub struct Restored {
    /// When the backup was taken.
    pub taken_at: Timestamp,
    /// Rows of the main tables.
    pub counts: Counts,
    /// Uploads, thumbnails and pictures of previews.
    pub files: usize,
    /// Files that were missing when it was taken.
    pub missing: Vec<String>,
    /// Where what was there before is now.
    pub aside: Option<PathBuf>,
}

/// Puts a backup into a data directory, which must be empty or not there; with `replace`, what is
/// there is moved aside.
///
/// # Errors
/// When the archive is not whole, not ours or newer than this program, when the directory is not
/// empty or in use, or when the disk fails. What was there is as it was, then.
pub fn restore(
    from: &Path,
    data: &Path,
    content: Content,
    replace: bool,
    clock: Clock,
) -> Result<Restored, Trouble> {
    let archive = File::open(from).map_err(on(format!("{} can't be read", from.display())))?;
    let _lock = sqlite::lock(data)?;
    let old = contents(data).map_err(on(format!("{} can't be read", data.display())))?;
    if !old.is_empty() && !replace {
        return Err(Trouble(format!(
            "{} is not empty; name another directory with --data, or have what is there moved aside \
             with --replace; nothing was changed",
            data.display()
        )));
    }
    let workshop = tempfile::Builder::new().prefix("restoring-").tempdir_in(data);
    let workshop = workshop.map_err(on(format!("{} can't be used", data.display())))?;
    let manifest = unpack(archive, workshop.path(), content)?;
    let database = workshop.path().join(DATABASE);
    let act = match content {
        Content::Database => Act::Restored,
        Content::Tables => {
            sqlite::read_tables(&database, &workshop.path().join(TABLES), manifest.schema)?;
            Act::Imported
        }
    };
    let deed = Deed::of_operator(act).saying(format!("as of {}", manifest.taken_at));
    sqlite::begin_anew(&database, &deed, clock)?;
    let settling = || on("what was restored can't be put into its place");
    sync_all(workshop.path()).map_err(settling())?;

    let aside = (!old.is_empty())
        .then(|| data.join(format!("replaced-{}", clock.now().to_string().replace(':', "-"))));
    if let Some(aside) = &aside {
        fs::create_dir(aside).map_err(settling())?;
        for name in &old {
            fs::rename(data.join(name), aside.join(name)).map_err(settling())?;
        }
    }
    // Without the database, the rest is nothing.
    for name in [FILES, PREVIEWS, DATABASE] {
        let made = workshop.path().join(name);
        if made.exists() {
            fs::rename(made, data.join(name)).map_err(settling())?;
        }
    }
    files::sync_dir(data).map_err(settling())?;
    let Manifest { taken_at, counts, entries, missing, .. } = manifest;
    let is_file = |entry: &&Entry| is_file(&entry.path);
    let files = entries.iter().filter(is_file).count();
    Ok(Restored { taken_at, counts, files, missing, aside })
}

/// What is in the directory, its lock and what an earlier replacing moved aside not counted.
fn contents(data: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(data)? {
        let name = entry?.file_name();
        let known = name.to_string_lossy();
        if !(known.starts_with("replaced-")
            || ["hubbub.lock", "files.lock", "lost+found"].contains(&known.as_ref()))
        {
            names.push(name);
        }
    }
    Ok(names)
}

/// Unpacks an archive, and holds everything against its manifest.
fn unpack(mut archive: File, into: &Path, content: Content) -> Result<Manifest, Trouble> {
    let broken = |cause: io::Error| match cause.kind() {
        io::ErrorKind::StorageFull => on("the backup can't be unpacked")(cause),
        _ => Trouble(format!("this is no whole backup: {cause}; nothing was changed")),
    };
    let mut magic = [0; 2];
    archive.read_exact(&mut magic).map_err(broken)?;
    archive.seek(SeekFrom::Start(0)).map_err(broken)?;
    let archive = BufReader::with_capacity(1 << 18, archive);
    let reader: Box<dyn Read> = match magic {
        [0x1f, 0x8b] => Box::new(MultiGzDecoder::new(archive)),
        _ => Box::new(archive),
    };
    let mut tar = tar::Archive::new(reader);
    let mut found: HashMap<String, (u64, String)> = HashMap::new();
    let mut manifest: Option<Manifest> = None;
    for entry in tar.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if manifest.is_some() || found.contains_key(&name) {
            return Err(Trouble(format!("this is no backup of ours: {name} is one too many")));
        }
        if name == MANIFEST {
            let json = entry.take(MANIFEST_MAX);
            let read = serde_json::from_reader(BufReader::new(json));
            manifest = Some(read.map_err(|cause| broken(cause.into()))?);
            continue;
        }
        if !(is_ours(&name, content) || is_file(&name)) || !entry.header().entry_type().is_file() {
            return Err(Trouble(format!("this is no backup of ours: it holds {name}")));
        }
        let place = into.join(&name);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(broken)?;
        }
        let mut file = File::create_new(&place).map_err(broken)?;
        let mut bytes = Hashing::new(&mut entry);
        io::copy(&mut bytes, &mut file).map_err(broken)?;
        let read = bytes.found();
        found.insert(name, (read.size, hex(&read.hash)));
    }
    let manifest = manifest.ok_or_else(|| {
        Trouble::new("this is no whole backup: its end is missing; nothing was changed")
    })?;
    check(&manifest, &found, content)?;
    fs::create_dir_all(into.join(FILES)).map_err(broken)?;
    Ok(manifest)
}

/// Beside files, nothing else is unpacked: a name is part of a path.
fn is_ours(name: &str, content: Content) -> bool {
    let table = |name: &str| {
        let name = name.strip_prefix(TABLES)?.strip_prefix('/')?.strip_suffix(".jsonl")?;
        Some(!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    };
    // Which of the two it should have been is said once the manifest tells.
    name == DATABASE || (content == Content::Tables && table(name).unwrap_or(false))
}

/// Whether it is the name of an upload, a thumbnail or a picture.
fn is_file(name: &str) -> bool {
    match name.split_once('/') {
        Some((PREVIEWS, rest)) => rest.strip_suffix(".webp").and_then(hash_named).is_some(),
        Some((FILES, rest)) => rest.split_once('/').is_some_and(|(folder, rest)| {
            folder.len() == 2 && hash_named(&[folder, rest].concat()).is_some()
        }),
        _ => false,
    }
}

fn check(
    manifest: &Manifest,
    found: &HashMap<String, (u64, String)>,
    content: Content,
) -> Result<(), Trouble> {
    if manifest.format != content.format() {
        return Err(Trouble(format!(
            "this is a {}, not a {}: `hubbub restore` takes backups and `hubbub import` exports; \
             nothing was changed",
            manifest.format,
            content.format()
        )));
    }
    let ours = sqlite::SCHEMA;
    if manifest.version > Manifest::VERSION || manifest.schema > ours || manifest.schema < 1 {
        return Err(Trouble(format!(
            "this backup was taken by a newer hubbub ({}, schema {}; this one knows up to {ours}); \
             restore it with that version, nothing was changed",
            manifest.program, manifest.schema
        )));
    }
    for Entry { path, size, sha256 } in &manifest.entries {
        match found.get(path) {
            None => return Err(Trouble(format!("the backup lacks {path}; nothing was changed"))),
            Some((found, hash)) if (found, hash) != (size, sha256) => {
                return Err(Trouble(format!(
                    "{path} is not what was backed up: its checksum is another; nothing was changed"
                )));
            }
            Some(_) => {}
        }
    }
    let whole = content == Content::Tables || found.contains_key(DATABASE);
    if found.len() != manifest.entries.len() || !whole {
        return Err(Trouble::new("the backup holds other files than it says; nothing was changed"));
    }
    Ok(())
}

/// Has every file and folder on disk.
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            File::open(&path)?.sync_all()?;
        }
    }
    files::sync_dir(folder)
}
