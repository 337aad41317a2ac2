-- Who may do what: accounts that are out of use, moderators, bans and mutes.
ALTER TABLE users ADD COLUMN deactivated_at INTEGER;
-- users.role: 0 member, 1 owner, 2 admin, 3 guest. There is one owner at the most.
CREATE UNIQUE INDEX users_owner ON users (role) WHERE role = 1;

ALTER TABLE members ADD COLUMN role INTEGER NOT NULL DEFAULT 0;  -- 0 member, 1 moderator
ALTER TABLE members ADD COLUMN joined_at INTEGER;

-- Kept beside memberships, so that leaving and coming back ends neither.
CREATE TABLE bans (
  channel_no INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
  user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  banned_by  BLOB NOT NULL,
  banned_at  INTEGER NOT NULL,
  until      INTEGER NOT NULL,          -- the highest number: for ever
  reason     TEXT NOT NULL,
  PRIMARY KEY (channel_no, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE mutes (
  channel_no INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,
  user_id    BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  muted_by   BLOB NOT NULL,
  muted_at   INTEGER NOT NULL,
  until      INTEGER NOT NULL,          -- the highest number: for ever
  PRIMARY KEY (channel_no, user_id)
) STRICT, WITHOUT ROWID;
