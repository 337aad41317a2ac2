-- What messages are found by. A message has a number here, its `doc`, that grows with the time at
-- which it was sent (milliseconds << 10, and whatever is free from there on), so that hits come in
-- the order of time, whatever their channels, and times are ranges of numbers.
--
-- The words are made by the server (`domain/search/words.rs`) and stand here with blanks between
-- them: the tokenizer has nothing to fold. Beside them stand words that begin with `#`: the channel,
-- the author and what the message holds. Nothing of a text is kept but this index, and what leaves
-- it is removed from it at once (`secure-delete`), not when parts of it are merged one day.
CREATE VIRTUAL TABLE search USING fts5(
  terms, content = '', columnsize = 0, tokenize = "ascii tokenchars '#'"
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE search_terms USING fts5vocab(search, instance);

-- Every message that is in its place and not deleted.
CREATE TABLE search_docs (
  doc INTEGER PRIMARY KEY,
  pos INTEGER NOT NULL
) STRICT;
