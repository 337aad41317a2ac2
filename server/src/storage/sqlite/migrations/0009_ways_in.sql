-- The ways in: invites, links to a new password, tokens of the API, bots and passkeys.

-- An invite's code stands here as it is, since its link is shown again to who made it. It opens no
-- account that is there; who can read this file can read everything that it would show.
CREATE TABLE invites (
  code       TEXT PRIMARY KEY,
  created_by BLOB REFERENCES users ON DELETE CASCADE,  -- NULL: the program's own command
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  uses       INTEGER,                   -- NULL: any number
  used_count INTEGER NOT NULL DEFAULT 0,
  role       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_by_user ON invites (created_by, created_at);

-- The channels that who comes in with it becomes a member of, in their order.
CREATE TABLE invite_channels (
  code       TEXT NOT NULL REFERENCES invites ON DELETE CASCADE,
  position   INTEGER NOT NULL,
  channel_id BLOB NOT NULL,
  PRIMARY KEY (code, position)
) STRICT, WITHOUT ROWID;

-- One-time links to a new password: at most one for each user, and only its hash.
CREATE TABLE resets (
  user_id    BLOB PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  code_hash  BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A token of the API is a client with scopes; its name is in `device`.
ALTER TABLE clients ADD COLUMN scopes INTEGER;      -- NULL: a device. Bits: 1 read, 2 write, 4 admin
ALTER TABLE clients ADD COLUMN expires_at INTEGER;
CREATE INDEX clients_expiring ON clients (expires_at) WHERE expires_at IS NOT NULL;

-- Clients that a command of the program ended while a server ran: it closes their sockets.
CREATE TABLE ended_clients (
  client_id BLOB PRIMARY KEY,
  user_id   BLOB NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE users ADD COLUMN bot INTEGER NOT NULL DEFAULT 0;  -- 1 a bot, 2 one that was put out of use
ALTER TABLE users ADD COLUMN made_by BLOB;                    -- who made the bot
CREATE INDEX users_bots ON users (created_at) WHERE bot = 1;

CREATE TABLE passkeys (
  passkey_id    BLOB PRIMARY KEY,
  user_id       BLOB NOT NULL REFERENCES users ON DELETE CASCADE,
  credential_id BLOB NOT NULL UNIQUE,
  credential    TEXT NOT NULL,          -- the public key and its counter, as JSON
  name          TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  last_used_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);
