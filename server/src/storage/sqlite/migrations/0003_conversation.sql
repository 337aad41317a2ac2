-- Texts are rendered once, when they are sent or edited, and the rendering is stored with them.
ALTER TABLE messages ADD COLUMN html TEXT;         -- of the text as sent; NULL repeats the plain text
ALTER TABLE messages ADD COLUMN edited_html TEXT;  -- of the text as last edited
ALTER TABLE messages ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;  -- 1 tells an action, 2 of a thread and in the channel, too
ALTER TABLE messages ADD COLUMN thread INTEGER;    -- the place of the thread's first message
ALTER TABLE messages ADD COLUMN forwarded TEXT;    -- the origin, as JSON
ALTER TABLE messages ADD COLUMN previews TEXT;     -- of its links, as JSON
ALTER TABLE messages ADD COLUMN pinned_by BLOB;
CREATE INDEX messages_thread ON messages (thread, pos) WHERE thread IS NOT NULL;
CREATE INDEX messages_pinned ON messages (pos) WHERE pinned_by IS NOT NULL;

ALTER TABLE events ADD COLUMN html TEXT;           -- of the new text
ALTER TABLE journal ADD COLUMN html TEXT;

-- What stands under the first message of a thread, while it has any.
CREATE TABLE threads (
  root     INTEGER PRIMARY KEY,         -- the place of its first message
  replies  INTEGER NOT NULL,            -- deleted ones aside
  last_pos INTEGER NOT NULL,
  last_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE repliers (
  root    INTEGER NOT NULL,
  user_id BLOB NOT NULL,
  pos     INTEGER NOT NULL,             -- of their first message in it
  PRIMARY KEY (root, user_id)
) STRICT, WITHOUT ROWID;

-- Where users stand in threads.
CREATE TABLE followers (
  user_id   BLOB NOT NULL,
  root      INTEGER NOT NULL,
  following INTEGER NOT NULL,           -- 0 undecided, 1 yes, 2 they said no
  read_pos  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, root)
) STRICT, WITHOUT ROWID;
CREATE INDEX followers_by_root ON followers (root);

CREATE TABLE bookmarks (
  no      INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id BLOB NOT NULL,
  pos     INTEGER NOT NULL,
  UNIQUE (user_id, pos)
) STRICT;
CREATE INDEX bookmarks_by_message ON bookmarks (pos);

CREATE INDEX channels_by_name ON channels (name COLLATE NOCASE) WHERE name IS NOT NULL;
