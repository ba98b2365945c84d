-- The newest head of a log that each node has cosigned. The numbers are never used again: peers remember them.
CREATE TABLE cosignature (
  cosignature_no INTEGER PRIMARY KEY AUTOINCREMENT,
  log_no         INTEGER NOT NULL REFERENCES log,
  node           TEXT    NOT NULL,
  size           INTEGER NOT NULL,
  time_ms        INTEGER NOT NULL,
  time_counter   INTEGER NOT NULL,
  note           TEXT    NOT NULL,
  at             INTEGER NOT NULL,
  UNIQUE (log_no, node)
) STRICT;
