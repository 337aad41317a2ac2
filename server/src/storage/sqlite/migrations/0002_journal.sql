-- Messages that are durable and not yet in `messages`, in the order of their commits. A commit under
-- load adds a row for each here, on pages that fill one after the other, and no index; the rows are
-- moved from here in the order of their places, many at a time and apart from any commit that
-- somebody waits for.
CREATE TABLE journal (
  no         INTEGER PRIMARY KEY,
  pos        INTEGER NOT NULL,
  message_id BLOB NOT NULL,
  user_id    BLOB NOT NULL,
  nonce      TEXT NOT NULL,
  sent_at    INTEGER NOT NULL,
  message    TEXT NOT NULL
) STRICT;
