//! Uploads: who holds which file, which message took it, and who may read it. The files themselves
//! are in `storage/files.rs`. A file that nobody holds any more keeps its row with a count of 0,
//! written with the change that freed it, until it is removed from the disk (`blobs.rs`).

use super::Storage;
use super::rows::{Failure, Id, channel_no_of, id, place};
use super::writer::{Needs, Tx};
use crate::actions::Done;
use crate::domain::permission;
use crate::error::{Error, Result};
use crate::storage::files::Hash;
use rusqlite::{Connection, OptionalExtension as _, Row};
use shared::limits::UPLOADS_PER_USER_MAX_BYTES;
use shared::{Attachment, AttachmentKind, ErrorCode, ProblemDetail, Timestamp, UploadId, UserId};
use std::collections::HashMap;

/// A file that was placed on disk, and how large it is.
#[derive(Debug, Clone, Copy)]
pub struct Blob {
    /// The hash of its bytes.
    pub hash: Hash,
    /// How many they are.
    pub size: u64,
}

/// A file that was uploaded, to be held from now on.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// What the wire tells of it.
    pub attachment: Attachment,
    /// Its bytes.
    pub blob: Blob,
    /// An image's thumbnails: small and large.
    pub thumbnails: Option<[Blob; 2]>,
}

/// The files of one request.
#[derive(Debug)]
pub struct NewUploads {
    /// Whose.
    pub user_id: UserId,
    /// The user's own id of the request.
    pub nonce: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The files.
    pub files: Vec<NewUpload>,
}

/// What a request came to.
#[derive(Debug)]
pub struct StoredUploads {
    /// The files.
    pub uploads: Vec<Attachment>,
    /// Whether they were stored before, by a request with the same nonce.
    pub duplicate: bool,
}

/// An upload that one may read.
#[derive(Debug)]
pub struct Readable {
    /// What the wire tells of it.
    pub attachment: Attachment,
    /// Its bytes.
    pub hash: Hash,
    /// An image's thumbnails: small and large.
    pub thumbnails: Option<[Hash; 2]>,
}

const COLUMNS: &str =
    "u.upload_id, u.filename, u.content_type, u.kind, u.size, u.width, u.height, u.pos";

fn kind_code(kind: AttachmentKind) -> i64 {
    match kind {
        AttachmentKind::File => 0,
        AttachmentKind::Image => 1,
        AttachmentKind::Audio => 2,
        AttachmentKind::Video => 3,
        AttachmentKind::Text => 4,
    }
}

fn kind(code: i64) -> AttachmentKind {
    match code {
        1 => AttachmentKind::Image,
        2 => AttachmentKind::Audio,
        3 => AttachmentKind::Video,
        4 => AttachmentKind::Text,
        _ => AttachmentKind::File,
    }
}

fn attachment(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    Ok(Attachment {
        upload_id: id(row, "upload_id")?,
        filename: row.get("filename")?,
        content_type: row.get("content_type")?,
        kind: kind(row.get("kind")?),
        size: row.get::<_, i64>("size")?.cast_unsigned(),
        width: row.get("width")?,
        height: row.get("height")?,
    })
}

/// The uploads that a new message names, in its order: each must be the sender's own, and no
/// message's yet.
///
/// # Errors
/// `invalid` with a pointer to each that isn't.
pub(super) fn unused(
    db: &Connection,
    user: UserId,
    ids: &[UploadId],
) -> Result<Vec<Attachment>, Failure> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM uploads u WHERE u.upload_id = ?1 AND u.user_id = ?2");
    let mut query = db.prepare_cached(&sql)?;
    let (mut found, mut wrong) = (Vec::with_capacity(ids.len()), Vec::new());
    for (n, upload) in ids.iter().enumerate() {
        let row = query.query_row((Id::from(*upload), Id::from(user)), |row| {
            Ok((attachment(row)?, row.get::<_, Option<i64>>("pos")?))
        });
        let why = match row.optional()? {
            _ if ids[..n].contains(upload) => "names the same upload again",
            None => "names no upload of yours; upload the file again",
            Some((_, Some(_))) => "was taken by another message; upload the file again",
            Some((attachment, None)) => {
                found.push(attachment);
                continue;
            }
        };
        let pointer = format!("/attachmentIds/{n}");
        wrong.push(ProblemDetail { pointer, detail: why.to_owned() });
    }
    if wrong.is_empty() {
        return Ok(found);
    }
    let detail = "attachmentIds names uploads that can't be sent; nothing was sent";
    Err(Error::invalid_places(detail, wrong).into())
}

/// The message in this place takes uploads, which [`unused`] has looked at in this transaction.
pub(super) fn take(db: &Connection, ids: &[UploadId], pos: i64) -> rusqlite::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut take =
        db.prepare_cached("UPDATE uploads SET pos = ?2, position = ?3 WHERE upload_id = ?1")?;
    for (position, upload) in ids.iter().enumerate() {
        take.execute((Id::from(*upload), pos, position as i64))?;
    }
    Ok(())
}

/// The uploads of the messages in these places, each message's in its order. One look at one index.
pub(super) fn between(
    db: &Connection,
    first: i64,
    last: i64,
) -> rusqlite::Result<HashMap<i64, Vec<Attachment>>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM uploads u WHERE u.pos BETWEEN ?1 AND ?2 ORDER BY u.pos, u.position"
    );
    let mut query = db.prepare_cached(&sql)?;
    let mut rows = query.query((first, last))?;
    let mut found: HashMap<i64, Vec<Attachment>> = HashMap::new();
    while let Some(row) = rows.next()? {
        found.entry(row.get("pos")?).or_default().push(attachment(row)?);
    }
    Ok(found)
}

/// Lets go of what the message in this place took.
pub(super) fn free(db: &Connection, pos: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM uploads WHERE pos = ?1")?.execute([pos]).map(drop)
}

/// What a request with this nonce stored, as far as it is still there.
fn of_nonce(db: &Connection, user: UserId, nonce: &str) -> rusqlite::Result<Vec<Attachment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM uploads u WHERE u.user_id = ?1 AND u.nonce = ?2 ORDER BY u.part"
    );
    let mut query = db.prepare_cached(&sql)?;
    query.query_map((Id::from(user), nonce), attachment)?.collect()
}

pub(super) fn held(db: &Connection, user: UserId) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT coalesce(sum(stored), 0) FROM uploads WHERE user_id = ?1")?
        .query_row([Id::from(user)], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

fn hold(db: &Connection, blob: Blob) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO blobs VALUES (?1, ?2, 1) ON CONFLICT (hash) DO UPDATE SET refs = refs + 1",
    )?
    .execute((blob.hash, blob.size.cast_signed()))
    .map(drop)
}

fn store(tx: &mut Tx<'_>, new: &NewUploads) -> Result<StoredUploads, Failure> {
    let db = tx.db;
    if let Some(nonce) = &new.nonce {
        let uploads = of_nonce(db, new.user_id, nonce)?;
        if !uploads.is_empty() {
            return Ok(StoredUploads { uploads, duplicate: true });
        }
    }
    let stored = |file: &NewUpload| {
        file.blob.size + file.thumbnails.iter().flatten().map(|blob| blob.size).sum::<u64>()
    };
    let bytes: u64 = new.files.iter().map(stored).sum();
    if held(db, new.user_id)?.saturating_add(bytes) > UPLOADS_PER_USER_MAX_BYTES {
        return Err(over_quota().into());
    }
    for (part, file) in new.files.iter().enumerate() {
        let small = file.thumbnails.map(|[small, _]| small);
        let large = file.thumbnails.map(|[_, large]| large);
        for blob in [Some(file.blob), small, large].into_iter().flatten() {
            hold(db, blob)?;
        }
        let about = &file.attachment;
        db.prepare_cached(
            "INSERT INTO uploads (upload_id, user_id, filename, content_type, kind, hash, small,
                                  large, size, stored, width, height, created_at, nonce, part)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute((
            Id::from(about.upload_id),
            Id::from(new.user_id),
            &about.filename,
            &about.content_type,
            kind_code(about.kind),
            file.blob.hash,
            small.map(|blob| blob.hash),
            large.map(|blob| blob.hash),
            file.blob.size.cast_signed(),
            stored(file).cast_signed(),
            about.width,
            about.height,
            new.at.0,
            &new.nonce,
            part as i64,
        ))?;
    }
    let uploads = new.files.iter().map(|file| file.attachment.clone()).collect();
    Ok(StoredUploads { uploads, duplicate: false })
}

/// The refusal of files for which a user has no room.
pub(crate) fn over_quota() -> Error {
    let detail = "your files would take more than 4 GiB; delete messages with files first";
    Error::new(ErrorCode::Conflict, detail)
}

fn readable(db: &Connection, user: UserId, upload: UploadId) -> Result<Readable, Failure> {
    let unknown = || Failure::from(Error::not_found("file"));
    let sql = format!(
        "SELECT {COLUMNS}, u.user_id, u.hash, u.small, u.large FROM uploads u
         WHERE u.upload_id = ?1"
    );
    let found = db.prepare_cached(&sql)?.query_row([Id::from(upload)], |row| {
        let (small, large): (Option<Hash>, Option<Hash>) = (row.get("small")?, row.get("large")?);
        let thumbnails = small.zip(large).map(|(small, large)| [small, large]);
        let readable =
            Readable { attachment: attachment(row)?, hash: row.get("hash")?, thumbnails };
        Ok((readable, id::<UserId>(row, "user_id")?, row.get::<_, Option<i64>>("pos")?))
    });
    let (readable, owner, pos) = found.optional()?.ok_or_else(unknown)?;
    match pos {
        None if owner == user => Ok(readable),
        None => Err(unknown()),
        Some(pos) => {
            let channel: Id = db
                .prepare_cached("SELECT channel_id FROM channels WHERE no = ?1")?
                .query_row([channel_no_of(pos).0], |row| row.get(0))?;
            match place(db, user, channel.into()) {
                Ok(place) if permission::may_read(&place.standing).is_ok() => Ok(readable),
                Err(Failure::Storage(cause)) => Err(cause.into()),
                _ => Err(unknown()),
            }
        }
    }
}

fn cancel(tx: &mut Tx<'_>, user: UserId, upload: UploadId) -> Result<(), Failure> {
    let taken: Option<bool> = tx
        .db
        .prepare_cached(
            "SELECT pos IS NOT NULL FROM uploads WHERE upload_id = ?1 AND user_id = ?2",
        )?
        .query_row((Id::from(upload), Id::from(user)), |row| row.get(0))
        .optional()?;
    match taken {
        None => return Err(Error::not_found("upload").into()),
        Some(true) => {
            let detail = "a message carries this file; delete the message instead";
            return Err(Error::new(ErrorCode::Conflict, detail).into());
        }
        Some(false) => {}
    }
    tx.db
        .prepare_cached("DELETE FROM uploads WHERE upload_id = ?1")?
        .execute([Id::from(upload)])?;
    Ok(())
}

impl Storage {
    /// Holds files that were placed on disk; `done` is called once that is on disk, or refused. A
    /// nonce that was used before gives what it stored then.
    ///
    /// # Errors
    /// Through `done`: `conflict` when the user has no room for them, `storage_unavailable`.
    pub async fn store_uploads(&self, new: NewUploads, done: Done<StoredUploads>) -> Result<()> {
        self.room.check()?;
        self.writer.submit(Needs::NoLog, move |tx| store(tx, &new), done).await
    }

    /// What a request with this nonce stored; nothing if there was none.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn uploads_of_nonce(&self, user: UserId, nonce: String) -> Result<Vec<Attachment>> {
        self.readers.read(move |db| Ok(of_nonce(db, user, &nonce)?)).await
    }

    /// The bytes that a user's files take.
    ///
    /// # Errors
    /// `storage_unavailable`.
    pub async fn bytes_held(&self, user: UserId) -> Result<u64> {
        self.readers.read(move |db| Ok(held(db, user)?)).await
    }

    /// An upload that the user may read: one's own until a message takes it, and then as who may
    /// read that message.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub async fn readable_upload(&self, user: UserId, upload: UploadId) -> Result<Readable> {
        self.readers.read(move |db| readable(db, user, upload)).await
    }

    /// Takes back an upload that no message took.
    ///
    /// # Errors
    /// Through `done`: `not_found`, `conflict`, `storage_unavailable`.
    pub async fn cancel_upload(
        &self,
        user: UserId,
        upload: UploadId,
        done: Done<()>,
    ) -> Result<()> {
        let work = move |tx: &mut Tx<'_>| cancel(tx, user, upload);
        self.writer.submit(Needs::NoLog, work, self.then_collect(done)).await
    }
}

#[cfg(test)]
#[path = "uploads_tests.rs"]
mod tests;
