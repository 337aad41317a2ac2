-- Events of kind 6 tell a message's previews, as JSON in `text`; deleting the message empties them.
CREATE INDEX events_previews ON events (target) WHERE kind = 6;

-- Which messages show which picture of a preview. One that nobody shows is swept from the disk.
CREATE TABLE pictures (
  name TEXT NOT NULL,
  pos  INTEGER NOT NULL,                -- of the message
  PRIMARY KEY (name, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX pictures_by_message ON pictures (pos);
