-- Ids are the 16 bytes of a UUID; times are milliseconds since 1970.
-- A place in the log is `pos` = channels.no << 32 | seq: one integer key that keeps a channel's rows
-- together and in order, without an index beside it.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  user_id       BLOB PRIMARY KEY,
  username      TEXT NOT NULL,
  name_key      TEXT NOT NULL UNIQUE,  -- NFKC, case folded
  look_key      TEXT NOT NULL UNIQUE,  -- the skeleton of its looks
  display_name  TEXT NOT NULL,
  display_key   TEXT NOT NULL,
  password_hash TEXT,
  role          INTEGER NOT NULL,      -- 0 member, 1 owner
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE clients (
  client_id    BLOB PRIMARY KEY,
  user_id      BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  token_hash   BLOB NOT NULL UNIQUE,
  device       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX clients_by_user ON clients (user_id, last_used_at);

CREATE TABLE channels (
  no         INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id BLOB NOT NULL UNIQUE,
  kind       INTEGER NOT NULL,          -- 0 room, 1 direct, 2 group
  name       TEXT,
  topic      TEXT,
  visibility INTEGER NOT NULL,          -- 0 private, 1 public
  created_by BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  head_seq   INTEGER NOT NULL DEFAULT 0,
  direct_key BLOB UNIQUE                -- both user ids in order, for a direct conversation
) STRICT;
CREATE INDEX channels_public ON channels (name) WHERE visibility = 1;

CREATE TABLE members (
  channel_no INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
  user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  position   INTEGER NOT NULL,          -- the order in which they came
  read_seq   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel_no, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user_id);

CREATE TABLE messages (
  pos        INTEGER PRIMARY KEY,
  message_id BLOB NOT NULL UNIQUE,
  user_id    BLOB NOT NULL,
  nonce      TEXT NOT NULL,
  sent_at    INTEGER NOT NULL,
  message    TEXT NOT NULL,             -- as sent; empty once deleted
  edited     TEXT,                      -- as last edited
  edited_at  INTEGER,
  deleted_at INTEGER,
  reply_to   BLOB
) STRICT;
CREATE UNIQUE INDEX messages_nonce ON messages (user_id, nonce);

-- Everything durable that is not a message.
CREATE TABLE events (
  pos        INTEGER PRIMARY KEY,
  kind       INTEGER NOT NULL,          -- 1 edited, 2 deleted, 3 reacted, 4 member
  user_id    BLOB NOT NULL,             -- who did it; whose membership, for 4
  nonce      TEXT,
  at         INTEGER NOT NULL,
  target     INTEGER,                   -- messages.pos, for 1 to 3
  message_id BLOB,
  text       TEXT,                      -- the new text, or the emoji
  turned_on  INTEGER                    -- reaction set, member joined
) STRICT;
CREATE UNIQUE INDEX events_nonce ON events (user_id, nonce) WHERE nonce IS NOT NULL;
CREATE INDEX events_edits ON events (target) WHERE kind = 1;

CREATE TABLE reactions (
  pos       INTEGER NOT NULL,           -- of the message
  emoji     TEXT NOT NULL,
  user_id   BLOB NOT NULL,
  seq       INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,           -- of the emoji on this message, while anyone holds it
  PRIMARY KEY (pos, emoji, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
  user_id BLOB NOT NULL,
  pos     INTEGER NOT NULL,             -- of the message
  PRIMARY KEY (user_id, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_message ON mentions (pos);
