//! The files that people upload, on disk: each once, under the SHA-256 of its bytes, at
//! `files/ab/cdef…` in the data directory. A file is written to `files/new`, synced, and renamed to
//! its place before anybody is told of it. Who holds which file is in the database
//! (`sqlite/uploads.rs`), which alone decides when one is removed.
//!
//! Between the placing of a file and the commit that holds it, nothing may be removed: who places
//! holds [`Files::hold`], and who removes waits for [`Files::alone`]. Between processes, while a backup
//! is taken, nothing is removed either: [`Removal`].

use crate::error::{Error, Result};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::NamedTempFile;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// The SHA-256 of a file's bytes.
pub type Hash = [u8; 32];

/// Room on the disk, in bytes, that files leave to the log.
const ROOM_MIN: u64 = 128 * 1024 * 1024;
/// Bytes that are written until the room is looked at again.
const ROOM_STEP: u64 = 4 * 1024 * 1024;

/// The directory of files. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Files {
    root: Arc<Path>,
    /// Where `files.lock` is.
    data: Arc<Path>,
    gate: Arc<RwLock<()>>,
}

/// While this lives, no file is removed.
#[derive(Debug)]
pub struct Held {
    _gate: OwnedRwLockReadGuard<()>,
}

/// While this lives, no file is placed, and no backup begins.
#[derive(Debug)]
pub struct Alone {
    _gate: OwnedRwLockWriteGuard<()>,
    _removal: Removal,
}

/// A lock on a data directory, among processes: either to remove files, or to keep them. It ends with
/// the process, whatever becomes of that.
#[derive(Debug)]
pub struct Removal {
    _lock: File,
}

impl Removal {
    fn lock_file(data: &Path) -> io::Result<File> {
        let mut options = File::options();
        options.create(true).truncate(false).write(true).open(data.join("files.lock"))
    }

    /// While this lives, no backup begins; None while one is taken.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub fn begin(data: &Path) -> io::Result<Option<Self>> {
        let lock = Self::lock_file(data)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(cause)) => Err(cause),
        }
    }

    /// While this lives, no process removes files of this directory. Waits for what is under way.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub fn none_while(data: &Path) -> io::Result<Self> {
        let lock = Self::lock_file(data)?;
        lock.lock_shared()?;
        Ok(Self { _lock: lock })
    }
}

/// How often is looked whether a backup has ended.
const LOOK: Duration = Duration::from_millis(200);

/// A file that is being written. Dropped, it is gone.
#[derive(Debug)]
pub struct Draft {
    file: NamedTempFile,
    root: Arc<Path>,
    hash: Sha256,
    size: u64,
}

/// A file that is written and synced, and not in its place yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Written {
    file: NamedTempFile,
    /// The hash of its bytes.
    pub hash: Hash,
    /// How many they are.
    pub size: u64,
}

impl Files {
    /// Opens or makes the directory, and removes what an earlier run was writing when it ended.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub fn open(data: &Path) -> io::Result<Self> {
        let root: Arc<Path> = data.join("files").into();
        let new = root.join("new");
        if new.exists() {
            fs::remove_dir_all(&new)?;
        }
        fs::create_dir_all(&new)?;
        sync_dir(data)?;
        Ok(Self { root, data: data.into(), gate: Arc::default() })
    }

    /// Where the file of this hash is, if it is.
    fn place_of(&self, hash: &Hash) -> PathBuf {
        let name = hex(hash);
        let (folder, rest) = name.split_at(2);
        self.root.join(folder).join(rest)
    }

    /// Begins a file. Blocks.
    ///
    /// # Errors
    /// `storage_unavailable` when the disk is nearly full or fails.
    pub fn draft(&self) -> Result<Draft> {
        check_room(&self.root)?;
        let file = tempfile::Builder::new().tempfile_in(self.root.join("new"));
        let file = file.map_err(|cause| failed("begin", &cause))?;
        Ok(Draft { file, root: Arc::clone(&self.root), hash: Sha256::new(), size: 0 })
    }

    /// Waits until nothing is being removed, and keeps it so.
    pub async fn hold(&self) -> Held {
        Held { _gate: Arc::clone(&self.gate).read_owned().await }
    }

    /// Waits until nothing is being placed and no backup is taken, and keeps it so.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub async fn alone(&self) -> io::Result<Alone> {
        loop {
            if let Some(alone) = self.try_alone().await? {
                return Ok(alone);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// As [`Files::alone`]; None while a backup is taken.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub async fn try_alone(&self) -> io::Result<Option<Alone>> {
        // First the lock that may be held for long: who places a file must not wait for a backup.
        let Some(removal) = Removal::begin(&self.data)? else { return Ok(None) };
        let gate = Arc::clone(&self.gate).write_owned().await;
        Ok(Some(Alone { _gate: gate, _removal: removal }))
    }

    /// Puts a file into its place, so that it survives the end of the power. Blocks. What holds it
    /// must be committed before `held` is let go.
    ///
    /// # Errors
    /// `storage_unavailable` when the disk fails.
    pub fn place(&self, _held: &Held, written: Written) -> Result<()> {
        let place = self.place_of(&written.hash);
        let folder = place.parent().unwrap_or(&self.root);
        let placing = || {
            if !folder.exists() {
                fs::create_dir_all(folder)?;
                sync_dir(&self.root)?;
            }
            // Whatever is there already is replaced: the same bytes, and surely whole.
            written.file.persist(&place).map_err(|error| error.error)?;
            sync_dir(folder)
        };
        placing().map_err(|cause| failed("place", &cause))
    }

    /// Removes a file; one that isn't there is removed. Blocks.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn remove(&self, _alone: &Alone, hash: &Hash) -> io::Result<()> {
        match fs::remove_file(self.place_of(hash)) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(cause),
            _ => Ok(()),
        }
    }

    /// Opens a file to read it, and tells its size; None when it isn't there.
    ///
    /// # Errors
    /// `storage_unavailable` when the disk fails.
    pub async fn read(&self, hash: &Hash) -> Result<Option<(tokio::fs::File, u64)>> {
        let file = match tokio::fs::File::open(self.place_of(hash)).await {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(failed("open", &cause)),
        };
        let about = file.metadata().await.map_err(|cause| failed("look at", &cause))?;
        Ok(Some((file, about.len())))
    }

    /// The hashes of the files whose hash begins with this byte. Blocks.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn beginning_with(&self, first: u8) -> io::Result<Vec<Hash>> {
        let entries = match fs::read_dir(self.root.join(format!("{first:02x}"))) {
            Ok(entries) => entries,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(cause),
        };
        let mut hashes = Vec::new();
        for entry in entries {
            // What has another name than ours isn't ours.
            hashes.extend(entry?.file_name().to_str().and_then(|name| hash_of(first, name)));
        }
        Ok(hashes)
    }
}

fn hash_of(first: u8, rest: &str) -> Option<Hash> {
    hash_named(&format!("{first:02x}{rest}"))
}

/// A hash in hexadecimal.
pub(super) fn hex(hash: &Hash) -> String {
    hex_of(hash)
}

/// Bytes in hexadecimal.
pub(super) fn hex_of(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string never fails.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// The hash that this is in hexadecimal, as we write it; None for anything else.
pub(super) fn hash_named(name: &str) -> Option<Hash> {
    if name.len() != 64 || !name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut hash = [0; 32];
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(name.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(hash)
}

pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Told to the log in full and to the client without internals.
fn failed(what: &'static str, cause: &io::Error) -> Error {
    tracing::error!(%cause, what, "a file could not be handled");
    Error::storage_unavailable()
}

fn check_room(dir: &Path) -> Result<()> {
    let room = rustix::fs::statvfs(dir).map_err(|cause| failed("measure", &cause.into()))?;
    if room.f_bavail.saturating_mul(room.f_frsize) < ROOM_MIN {
        tracing::error!("the disk is nearly full: no file is taken");
        return Err(Error::storage_unavailable());
    }
    Ok(())
}

impl Draft {
    /// Writes some more. Blocks.
    ///
    /// # Errors
    /// `storage_unavailable` when the disk is nearly full or fails.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let size = self.size + bytes.len() as u64;
        if size / ROOM_STEP != self.size / ROOM_STEP {
            check_room(&self.root)?;
        }
        self.file.write_all(bytes).map_err(|cause| failed("write", &cause))?;
        self.hash.update(bytes);
        self.size = size;
        Ok(())
    }

    /// How many bytes are written.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What is written, to be read from its start. Nothing is written after it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn reader(&mut self) -> io::Result<impl Read + Seek> {
        let file = self.file.as_file_mut();
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// As [`Draft::reader`], for who reads elsewhere.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn second_reader(&mut self) -> io::Result<File> {
        let mut file = self.file.reopen()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// Ends the file, and has it on disk. Blocks.
    ///
    /// # Errors
    /// `storage_unavailable` when the disk fails.
    pub fn finish(self) -> Result<Written> {
        self.file.as_file().sync_all().map_err(|cause| failed("sync", &cause))?;
        Ok(Written { file: self.file, hash: self.hash.finalize().into(), size: self.size })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Draft::write(self, bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
