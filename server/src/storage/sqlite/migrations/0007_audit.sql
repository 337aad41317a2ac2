-- Who did what with accounts, rights and the server. Lines are added, and never changed or deleted:
-- the triggers refuse it, and each line's digest covers the line before.
CREATE TABLE audit (
  no         INTEGER PRIMARY KEY,       -- from 1, without gaps
  at         INTEGER NOT NULL,
  act        TEXT NOT NULL,
  by         BLOB,                      -- NULL: the program's own commands
  user_id    BLOB,
  channel_id BLOB,
  detail     TEXT NOT NULL,
  digest     BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_user ON audit (user_id, no) WHERE user_id IS NOT NULL;

CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
