-- How long messages are kept, and up to where the log was swept: nothing but threads that go on is
-- left of it up to there.
ALTER TABLE channels ADD COLUMN keep_days INTEGER;                    -- NULL: as the server does
ALTER TABLE channels ADD COLUMN swept_seq INTEGER NOT NULL DEFAULT 0;
