-- Files lie beside the database, each under the SHA-256 of its bytes.
CREATE TABLE blobs (
  hash BLOB PRIMARY KEY,
  size INTEGER NOT NULL,
  refs INTEGER NOT NULL                -- by uploads; at 0 the file is to be removed, and then the row
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_freed ON blobs (hash) WHERE refs = 0;

CREATE TABLE uploads (
  upload_id    BLOB PRIMARY KEY,
  user_id      BLOB NOT NULL,
  filename     TEXT NOT NULL,
  content_type TEXT NOT NULL,
  kind         INTEGER NOT NULL,       -- 0 file, 1 image, 2 audio, 3 video, 4 text
  hash         BLOB NOT NULL REFERENCES blobs,
  small        BLOB REFERENCES blobs,  -- thumbnails of an image
  large        BLOB REFERENCES blobs,
  size         INTEGER NOT NULL,
  stored       INTEGER NOT NULL,       -- the size with its thumbnails
  width        INTEGER,
  height       INTEGER,
  created_at   INTEGER NOT NULL,
  nonce        TEXT,                   -- of the request
  part         INTEGER NOT NULL,       -- of the request
  pos          INTEGER,                -- of the message that took it
  position     INTEGER                 -- among the message's
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_by_message ON uploads (pos, position) WHERE pos IS NOT NULL;
CREATE INDEX uploads_unused ON uploads (created_at) WHERE pos IS NULL;
CREATE INDEX uploads_by_user ON uploads (user_id, stored);
CREATE UNIQUE INDEX uploads_nonce ON uploads (user_id, nonce, part) WHERE nonce IS NOT NULL;

CREATE TRIGGER uploads_gone AFTER DELETE ON uploads BEGIN
  UPDATE blobs SET refs = refs - 1 WHERE hash = old.hash;
  UPDATE blobs SET refs = refs - 1 WHERE hash = old.small;
  UPDATE blobs SET refs = refs - 1 WHERE hash = old.large;
END;
