//! What a backup looks like: a tar, compressed or not, with the database first, then the files, and
//! the manifest last, so that an archive which was cut off is never taken for a whole one.

use crate::storage::files::Hash;
use crate::storage::sqlite::Counts;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared::Timestamp;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The manifest's name in the archive.
pub(super) const MANIFEST: &str = "manifest.json";

/// What an archive says of itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    /// What it is.
    pub format: String,
    /// Of the format.
    pub version: u32,
    /// The version of the program that took it.
    pub program: String,
    /// The schema of its database.
    pub schema: i64,
    /// Which life of the history it is a copy of.
    pub epoch: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Rows of the main tables.
    pub counts: Counts,
    /// Everything in it, this aside.
    pub entries: Vec<Entry>,
    /// What the database speaks of and was not there, or not what it should be.
    pub missing: Vec<String>,
}

impl Manifest {
    pub(super) const VERSION: u32 = 1;
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its name.
    pub path: String,
    /// Its bytes.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A file as it was read.
#[derive(Debug)]
pub(in crate::storage) struct Found {
    pub size: u64,
    pub hash: Hash,
}

/// Hashes what is read through it.
pub(in crate::storage) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    size: u64,
}

impl<R: Read> Hashing<R> {
    pub(in crate::storage) fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), size: 0 }
    }

    pub(in crate::storage) fn found(self) -> Found {
        Found { size: self.size, hash: self.hash.finalize().into() }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.hash.update(into.get(..read).unwrap_or_default());
        self.size += read as u64;
        Ok(read)
    }
}

/// The end of the pipe, which is compressed or not.
enum Out {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Gzip(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Gzip(out) => out.flush(),
        }
    }
}

/// Writes an archive.
pub(super) struct Packer {
    tar: tar::Builder<Out>,
}

impl Packer {
    /// Begins one, for its owner alone: it holds what passwords and tokens are checked against.
    pub(super) fn new(path: &Path, gzip: bool) -> io::Result<Self> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
        let file = BufWriter::with_capacity(1 << 18, file);
        let out = if gzip {
            Out::Gzip(Box::new(GzEncoder::new(file, Compression::new(6))))
        } else {
            Out::Plain(file)
        };
        Ok(Self { tar: tar::Builder::new(out) })
    }

    /// Adds a file; None when it isn't there.
    pub(super) fn add(&mut self, name: &str, path: &Path) -> io::Result<Option<Found>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(cause),
        };
        let size = file.metadata()?.len();
        let mut file = Hashing::new(file.take(size));
        self.tar.append_data(&mut header(size), name, &mut file)?;
        let found = file.found();
        if found.size != size {
            return Err(io::Error::other(format!("{name} became shorter while it was read")));
        }
        Ok(Some(found))
    }

    /// Adds the manifest, ends the archive and has it on disk.
    pub(super) fn finish(mut self, manifest: &Manifest) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(manifest)?;
        self.tar.append_data(&mut header(json.len() as u64), MANIFEST, json.as_slice())?;
        let out = match self.tar.into_inner()? {
            Out::Plain(out) => out,
            Out::Gzip(out) => out.finish()?,
        };
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    }
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header
}
