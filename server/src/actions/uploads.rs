//! Uploading files and reading them. A [`Reception`] takes the bytes of one request as they come,
//! writes them to disk, decides by their content what they are, takes metadata out of pictures and
//! makes them small, and at the end has all of it held in one commit; or leaves nothing.

use crate::actions::{outcome, sweeping};
use crate::app::{App, AppHandle};
use crate::domain::figures::add;
use crate::domain::filename;
use crate::domain::identity::Caller;
use crate::domain::limiter::Limited;
use crate::domain::slots::Slot;
use crate::error::{Error, Result};
use crate::media::ImageFault;
use crate::media::image::{self, Thumbnail};
use crate::media::kind::{HEAD_BYTES, Kind, TextCheck, kind};
use crate::media::metadata::{self, Container};
use crate::storage::files::{Draft, Files, Written};
use crate::storage::uploads::{Blob, NewUpload, NewUploads, Readable, StoredUploads, over_quota};
use shared::limits::{
    THUMBNAIL_LARGE_MAX, THUMBNAIL_SMALL_MAX, UPLOAD_FILES_MAX, UPLOAD_MAX_BYTES,
    UPLOADS_AT_ONCE_MAX, UPLOADS_PER_USER_MAX_BYTES,
};
use shared::{Attachment, AttachmentKind, ErrorCode, Timestamp, UploadId, names};
use std::io::BufReader;
use std::time::Duration;

/// Bytes that are gathered until they are written: a turn of a blocking thread for each.
const PIECE: usize = 256 * 1024;
/// When to come back while all one's slots are taken.
const BUSY: Duration = Duration::from_secs(2);

/// The files of one request, as they come.
#[derive(Debug)]
pub struct Reception {
    app: AppHandle,
    caller: Caller,
    /// How much more the user may hold.
    room: u64,
    received: Vec<Received>,
    waiting: Vec<u8>,
    _slot: Slot,
}

/// One file, as far as it has come.
#[derive(Debug)]
struct Received {
    filename: String,
    draft: Draft,
    head: Vec<u8>,
    text: TextCheck,
}

/// One file that is ready to be placed, with an image's thumbnails.
#[derive(Debug)]
struct Ready {
    about: Attachment,
    files: Vec<Written>,
}

/// What was made of a picture.
type Small = (u32, u32, [Thumbnail; 2]);

impl Reception {
    /// Begins to receive.
    ///
    /// # Errors
    /// `rate_limited`, also while the user has too many uploads under way; `conflict` when the user
    /// has no room left; when storage can't be read.
    pub async fn begin(app: AppHandle, caller: Caller) -> Result<Self> {
        app.limiter.take(Limited::Upload(caller.user_id), app.clock.elapsed())?;
        let slot = app.uploading.take(caller.user_id, UPLOADS_AT_ONCE_MAX);
        let slot = slot.ok_or_else(|| Error::rate_limited(BUSY))?;
        let held = app.storage.bytes_held(caller.user_id).await?;
        let room = UPLOADS_PER_USER_MAX_BYTES.saturating_sub(held);
        if room == 0 {
            return Err(over_quota());
        }
        let (received, waiting) = Default::default();
        Ok(Self { app, caller, room, received, waiting, _slot: slot })
    }

    /// Begins the next file, with the name that it was given.
    ///
    /// # Errors
    /// `invalid` for too many files; `storage_unavailable`.
    pub async fn file(&mut self, name: Option<&str>) -> Result<()> {
        self.flush().await?;
        if self.received.len() >= UPLOAD_FILES_MAX {
            return Err(Error::invalid("/file", "comes more than 10 times; upload the rest apart"));
        }
        let filename = filename::safe(name.unwrap_or_default());
        let files = self.app.storage.files().clone();
        let draft = blocking(move || files.draft()).await?;
        let (head, text) = Default::default();
        self.received.push(Received { filename, draft, head, text });
        Ok(())
    }

    /// Takes some more of the file that was begun last.
    ///
    /// # Errors
    /// `too_large`, `conflict` when it would be more than the user may hold; `storage_unavailable`.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Some(last) = self.received.last() else { return Ok(()) };
        let size = last.draft.size() + (self.waiting.len() + bytes.len()) as u64;
        if size > UPLOAD_MAX_BYTES {
            let detail = "a file is larger than 67,108,864 bytes; send it in parts";
            return Err(Error::new(ErrorCode::TooLarge, detail));
        }
        self.room = self.room.checked_sub(bytes.len() as u64).ok_or_else(over_quota)?;
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    /// Writes what was gathered.
    async fn flush(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let Some(mut last) = self.received.pop() else { return Ok(()) };
        let mut bytes = std::mem::take(&mut self.waiting);
        let written = blocking(move || {
            last.take(&bytes)?;
            bytes.clear();
            Ok((last, bytes))
        });
        let (last, empty) = written.await?;
        self.received.push(last);
        self.waiting = empty;
        Ok(())
    }

    /// Ends the reception: everything is on disk and held once this returns. A nonce that the user
    /// used before gives what was stored then.
    ///
    /// # Errors
    /// `invalid` for no file at all and for a damaged picture, `conflict` when the user may not hold
    /// as much, `storage_unavailable`. Nothing is left then.
    pub async fn finish(mut self, nonce: Option<String>) -> Result<StoredUploads> {
        self.flush().await?;
        if self.received.is_empty() {
            return Err(Error::invalid("/file", "is missing; send at least one part `file`"));
        }
        let at = self.app.clock.now();
        let mut ready = Vec::with_capacity(self.received.len());
        for received in std::mem::take(&mut self.received) {
            ready.push(prepare(&self.app, received, at).await?);
        }
        // Goes on when nobody waits any more: what is placed is held, or removed.
        let keeping = tokio::spawn(async move {
            let (app, user_id) = (&self.app, self.caller.user_id);
            keep(app, NewUploads { user_id, nonce, at, files: Vec::new() }, ready).await
        });
        keeping.await.map_err(|cause| Error::internal("an upload", &cause))?
    }
}

impl Received {
    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let more = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..more]);
        self.text.see(bytes);
        self.draft.write(bytes)
    }
}

/// Does work that waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| Error::internal("a file", &cause))?
}

/// Decides what a file is, and brings it into the form that is kept.
async fn prepare(app: &App, received: Received, at: Timestamp) -> Result<Ready> {
    let Received { filename, draft, head, text } = received;
    let Kind { mut kind, content_type } = kind(&head, text.is_text());
    let files = app.storage.files().clone();
    let (draft, small) = match Container::of(&head) {
        Some(container) => {
            let clean = move || without_metadata(&files, draft, container);
            let (draft, decodable) = blocking(clean).await?;
            if decodable { make_small(app, draft).await? } else { (draft, None) }
        }
        None => (draft, None),
    };
    if kind == AttachmentKind::Image && small.is_none() {
        kind = AttachmentKind::File;
    }
    let files = app.storage.files().clone();
    let upload_id = UploadId(app.clock.new_id(at));
    blocking(move || {
        let size = draft.size();
        let mut written = vec![draft.finish()?];
        let mut sides = None;
        if let Some((width, height, thumbnails)) = small {
            sides = Some((width, height));
            for thumbnail in thumbnails {
                let mut draft = files.draft()?;
                draft.write(&thumbnail.webp)?;
                written.push(draft.finish()?);
            }
        }
        let about = Attachment {
            upload_id,
            filename,
            content_type: content_type.to_owned(),
            kind,
            size,
            width: sides.map(|(width, _)| width),
            height: sides.map(|(_, height)| height),
        };
        Ok(Ready { about, files: written })
    })
    .await
}

/// The file without its metadata, and whether it is a picture to decode.
fn without_metadata(
    files: &Files,
    mut draft: Draft,
    container: Container,
) -> Result<(Draft, bool)> {
    let size = draft.size();
    let plan = match metadata::plan(container, draft.reader().map_err(unreadable)?) {
        Ok(plan) => plan,
        Err(ImageFault::Io(cause)) => return Err(unreadable(cause)),
        Err(_) => {
            let why = "is an image or film that is damaged, so that the place where it was taken can't be \
                       taken out of it; repair it, or send it inside an archive";
            return Err(Error::invalid("/file", why));
        }
    };
    if !plan.keeps_all(size) {
        let mut clean = files.draft()?;
        plan.copy(draft.reader().map_err(unreadable)?, &mut clean).map_err(unreadable)?;
        draft = clean;
    }
    Ok((draft, !plan.hostile && container != Container::Boxes))
}

fn unreadable(cause: std::io::Error) -> Error {
    tracing::error!(%cause, "an upload can't be read back");
    Error::storage_unavailable()
}

/// The picture's size and thumbnails; none if it can't be decoded or has too many pixels.
async fn make_small(app: &App, mut draft: Draft) -> Result<(Draft, Option<Small>)> {
    let measured = blocking(move || {
        let size = image::dimensions(BufReader::new(draft.reader().map_err(unreadable)?));
        Ok((draft, size))
    });
    let (mut draft, size) = measured.await?;
    let size = match size {
        Ok(size) => size,
        Err(fault) => {
            tracing::debug!(%fault, "an image is kept as a file");
            return Ok((draft, None));
        }
    };
    // A decoder that panics takes the reader with it, and not the file.
    let again = draft.second_reader().map_err(unreadable)?;
    let decoded = app.pictures.run(image::cost(size), move || -> Result<Small, ImageFault> {
        let picture = image::decode(BufReader::new(again))?;
        let (width, height) = picture.size();
        let large = picture.thumbnail(THUMBNAIL_LARGE_MAX)?;
        let small = picture.thumbnail(THUMBNAIL_SMALL_MAX)?;
        Ok((width, height, [small, large]))
    });
    let small = match decoded.await {
        Ok(Ok(small)) => Some(small),
        Ok(Err(fault)) => {
            tracing::debug!(%fault, "an image is kept as a file");
            None
        }
        // It is in the log already.
        Err(_) => None,
    };
    Ok((draft, small))
}

/// Places the files, and has them held in one commit.
async fn keep(app: &App, mut new: NewUploads, ready: Vec<Ready>) -> Result<StoredUploads> {
    let mut written = Vec::new();
    for Ready { about, files } in ready {
        let mut blobs = files.iter().map(|file| Blob { hash: file.hash, size: file.size });
        let Some(blob) = blobs.next() else { continue };
        let thumbnails = blobs.next().zip(blobs.next()).map(|(small, large)| [small, large]);
        new.files.push(NewUpload { attachment: about, blob, thumbnails });
        written.extend(files);
    }
    let bytes: u64 = new.files.iter().map(|file| file.attachment.size).sum();
    let hashes: Vec<_> = written.iter().map(|file| file.hash).collect();
    let held = app.storage.files().hold().await;
    let files = app.storage.files().clone();
    let placing = blocking(move || {
        for file in written {
            files.place(&held, file)?;
        }
        Ok(held)
    });
    let stored = match placing.await {
        Ok(held) => {
            let stored = outcome(|done| app.storage.store_uploads(new, done)).await;
            drop(held);
            stored
        }
        Err(error) => Err(error),
    };
    if stored.as_ref().map_or(true, |stored| stored.duplicate) {
        sweeping::discard(app, hashes).await;
    } else {
        add(&app.figures.uploaded_bytes, bytes);
    }
    stored
}

/// What the user stored with this nonce before.
///
/// # Errors
/// `invalid` when it can't be one, or when storage can't be read.
pub async fn stored_before(app: &App, caller: Caller, nonce: &str) -> Result<Vec<Attachment>> {
    names::nonce(nonce).map_err(|why| Error::invalid("/nonce", why))?;
    app.storage.uploads_of_nonce(caller.user_id, nonce.to_owned()).await
}

/// An upload that one may read.
///
/// # Errors
/// `not_found`, or when storage can't be read.
pub async fn readable(app: &App, caller: Caller, upload: UploadId) -> Result<Readable> {
    app.storage.readable_upload(caller.user_id, upload).await
}

/// Takes back an upload that no message took.
///
/// # Errors
/// `not_found`, `conflict`, `rate_limited`, or when storage can't be written.
pub async fn cancel(app: &App, caller: Caller, upload: UploadId) -> Result<()> {
    app.limiter.take(Limited::Change(caller.user_id), app.clock.elapsed())?;
    outcome(|done| app.storage.cancel_upload(caller.user_id, upload, done)).await
}
