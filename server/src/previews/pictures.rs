//! The pictures of previews: small copies that this server made, in files of their own under the
//! data directory, each named by what is in it. So that a browser never asks another server.

use crate::error::{Error, Result};
use crate::storage::files::Removal;
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The end of every name.
const END: &str = ".webp";
/// Digits of a name before its end: a hash of 256 bits in hex.
const DIGITS: usize = 64;
/// How long a picture stays although no message shows it: longer than it takes until the message
/// for which it was fetched, perhaps by way of the cache, says that it does.
const UNUSED: Duration = Duration::from_secs(2 * 60 * 60);

/// The folder of pictures. Cloning shares it.
#[derive(Debug, Clone)]
pub(super) struct Pictures {
    folder: PathBuf,
    /// Held while a file is put there or taken away, so that none is swept the moment it counts as
    /// new again.
    changing: Arc<Mutex<()>>,
}

impl Pictures {
    /// The folder in this data directory. It is made when the first picture comes.
    pub(super) fn new(data: &Path) -> Self {
        Self { folder: data.join("previews"), changing: Arc::default() }
    }

    /// Keeps a picture in WebP; its name. Blocks.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn keep(&self, webp: &[u8]) -> io::Result<String> {
        let digest = Sha256::digest(webp);
        let mut name = String::with_capacity(DIGITS + END.len());
        for byte in digest {
            name.push_str(&format!("{byte:02x}"));
        }
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        std::fs::create_dir_all(&self.folder)?;
        // Written whole under another name first: who reads it finds all of it or nothing. Written
        // anew if it is there, so that it counts as new.
        let unfinished = self.folder.join([&name, ".part"].concat());
        name.push_str(END);
        std::fs::write(&unfinished, webp)?;
        std::fs::rename(&unfinished, self.folder.join(&name))?;
        Ok(name)
    }

    /// A picture's bytes.
    ///
    /// # Errors
    /// `not_found`, also for what can be no picture's name; `storage_unavailable`.
    pub(super) async fn read(&self, name: &str) -> Result<Vec<u8>> {
        if !is_name(name) {
            return Err(Error::not_found("picture"));
        }
        match tokio::fs::read(self.folder.join(name)).await {
            Ok(bytes) => Ok(bytes),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                Err(Error::not_found("picture"))
            }
            Err(cause) => {
                tracing::error!(%cause, "a preview's picture can't be read");
                Err(Error::storage_unavailable())
            }
        }
    }

    /// The names of the pictures that are old enough to be swept, if no message shows them. Blocks.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub(super) fn old(&self) -> io::Result<Vec<String>> {
        let files = match std::fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(cause) => return Err(cause),
        };
        let mut old = Vec::new();
        for file in files {
            let file = file?;
            if is_old(&file.path())? {
                old.extend(file.file_name().into_string());
            }
        }
        Ok(old)
    }

    /// Removes what `old` named, if it is that still. Blocks.
    ///
    /// # Errors
    /// When it can't be removed.
    pub(super) fn remove_old(&self, name: &str) -> io::Result<()> {
        // While a backup is taken, it is left to the next sweep.
        let data = self.folder.parent().unwrap_or(&self.folder);
        let Some(_removal) = Removal::begin(data)? else { return Ok(()) };
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let file = self.folder.join(name);
        if is_old(&file)? { std::fs::remove_file(file) } else { Ok(()) }
    }
}

fn is_old(file: &Path) -> io::Result<bool> {
    // A clock that jumped makes it new: it is swept another time.
    let age = std::fs::metadata(file)?.modified()?.elapsed().unwrap_or_default();
    Ok(age >= UNUSED)
}

/// Whether it can be a picture's name: it is part of a file's path, and so nothing else is let in.
fn is_name(name: &str) -> bool {
    name.strip_suffix(END).is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_picture_is_named_by_what_is_in_it_and_read_back() {
        let data = tempfile::tempdir().unwrap();
        let pictures = Pictures::new(data.path());
        let name = pictures.keep(b"one").unwrap();
        assert_eq!(pictures.keep(b"one").unwrap(), name);
        assert_ne!(pictures.keep(b"two").unwrap(), name);
        assert!(is_name(&name), "{name}");
        assert_eq!(pictures.read(&name).await, Ok(b"one".to_vec()));
        assert_eq!(pictures.old().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn only_old_pictures_are_swept() {
        let data = tempfile::tempdir().unwrap();
        let pictures = Pictures::new(data.path());
        assert_eq!(pictures.old().unwrap(), Vec::<String>::new(), "there is no folder yet");
        let (one, two) = (pictures.keep(b"one").unwrap(), pictures.keep(b"two").unwrap());
        let age = |name: &str| {
            let file = std::fs::File::options().write(true).open(pictures.folder.join(name));
            let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
            file.unwrap().set_modified(long_ago).unwrap();
        };
        age(&one);
        age(&two);
        assert_eq!(pictures.old().unwrap().len(), 2);
        // One is fetched again meanwhile.
        pictures.keep(b"two").unwrap();
        pictures.remove_old(&one).unwrap();
        pictures.remove_old(&two).unwrap();
        assert!(!pictures.folder.join(&one).exists() && pictures.folder.join(&two).exists());
    }

    #[tokio::test]
    async fn nothing_else_can_be_read() {
        let data = tempfile::tempdir().unwrap();
        let pictures = Pictures::new(data.path());
        let name = pictures.keep(b"one").unwrap();
        std::fs::write(data.path().join("previews/other.webp"), b"x").unwrap();
        let parent = ["../", &name].concat();
        let long = ["0", &name].concat();
        for other in ["", "other.webp", ".webp", "../hubbub.db", &parent, &long, &name[..64]] {
            assert!(pictures.read(other).await.is_err(), "{other}");
        }
        assert!(pictures.read(&name.to_uppercase()).await.is_err());
        assert!(pictures.read(&[&"0".repeat(64), END].concat()).await.is_err());
    }
}
