-- Where a log is cut: beside the position its root, by which late records up to it are proved.
ALTER TABLE log ADD COLUMN cut_root BLOB NOT NULL DEFAULT x'';

-- Pairs of signed heads that contradict each other. Evidence, local to this node, never trimmed.
CREATE TABLE fork (
  fork_no INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  log     TEXT    NOT NULL,  -- by name: the log need not be here
  peer    TEXT    NOT NULL,
  head_a  TEXT    NOT NULL,
  head_b  TEXT    NOT NULL,
  common  INTEGER,           -- the last position that both share; none before that is proved
  proof   TEXT    NOT NULL
) STRICT;
