-- Log: the truth. Bytes of headers and op lines are kept verbatim.
CREATE TABLE log (
  log_no            INTEGER PRIMARY KEY,
  id                TEXT    NOT NULL UNIQUE,
  suite             TEXT    NOT NULL,
  signing_key       BLOB    NOT NULL,
  own               INTEGER NOT NULL,
  size              INTEGER NOT NULL,
  frontier          BLOB    NOT NULL,  -- hashes of 32 bytes, joined
  author_vector     TEXT    NOT NULL,
  head              TEXT    NOT NULL,
  head_size         INTEGER NOT NULL,
  head_time_ms      INTEGER NOT NULL,
  head_time_counter INTEGER NOT NULL,
  cut               INTEGER
) STRICT;

CREATE TABLE proof_step (
  log_no   INTEGER NOT NULL REFERENCES log,
  position INTEGER NOT NULL,
  size     INTEGER NOT NULL,
  root     BLOB    NOT NULL,
  path     BLOB    NOT NULL,  -- hashes of 32 bytes, joined
  PRIMARY KEY (log_no, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE tree_node (
  log_no INTEGER NOT NULL REFERENCES log,
  level  INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hash   BLOB    NOT NULL,
  PRIMARY KEY (log_no, level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
  record_no    INTEGER PRIMARY KEY,  -- order of arrival
  log_no       INTEGER NOT NULL REFERENCES log,
  seq          INTEGER NOT NULL,
  kind         TEXT    NOT NULL,
  time_ms      INTEGER NOT NULL,
  time_counter INTEGER NOT NULL,
  resolves     INTEGER NOT NULL,
  valid        INTEGER NOT NULL,
  arrived      INTEGER NOT NULL,
  leaf         BLOB    NOT NULL,
  ops          INTEGER NOT NULL,
  is_batch     INTEGER NOT NULL,
  header       TEXT    NOT NULL,
  UNIQUE (log_no, seq)
) STRICT;
CREATE INDEX record_by_batch ON record (record_no) WHERE is_batch = 1;

-- A key has its number for ever; an entry is known by the number of its key.
CREATE TABLE key (
  key_no      INTEGER PRIMARY KEY,
  key         TEXT    NOT NULL UNIQUE,
  period_next INTEGER NOT NULL DEFAULT 0  -- kept here only while there is no entry
) STRICT;

CREATE TABLE op (
  op_no  INTEGER PRIMARY KEY,  -- record_no << 15 | position
  key_no INTEGER REFERENCES key,  -- none: an op of a record that has no effect, filed under no key
  line   TEXT    NOT NULL
) STRICT;
CREATE INDEX op_by_key ON op (key_no);

CREATE TABLE mark (
  proposal_log  TEXT    NOT NULL,  -- by name: the log need not be here yet
  proposal_seq  INTEGER NOT NULL,
  by_log        TEXT    NOT NULL,
  by_seq        INTEGER NOT NULL,
  proposal_leaf BLOB    NOT NULL,
  kind          TEXT    NOT NULL,
  time_ms       INTEGER NOT NULL,
  time_counter  INTEGER NOT NULL,
  leaf          BLOB    NOT NULL,
  valid         INTEGER NOT NULL,
  PRIMARY KEY (proposal_log, proposal_seq, by_log, by_seq)
) STRICT, WITHOUT ROWID;

-- Views: folded from the log, may be dropped and made again.
CREATE TABLE entry (
  entry_no       INTEGER PRIMARY KEY REFERENCES key,
  trie_leaf      BLOB    NOT NULL,
  etag           TEXT    NOT NULL,
  open_conflicts INTEGER NOT NULL,
  period_next    INTEGER NOT NULL   -- lowest period number of this entry that was never used
) STRICT;
CREATE INDEX entry_by_open_conflict ON entry (entry_no) WHERE open_conflicts > 0;

CREATE TABLE period (
  period_no    INTEGER PRIMARY KEY,  -- entry_no << 24 | number; also the document number in the search index
  valid_from   INTEGER NOT NULL,     -- days since 1970-01-01
  valid_until  INTEGER,              -- exclusive
  search_hash  INTEGER NOT NULL,     -- of the terms in the search index
  listing      TEXT    NOT NULL,
  legal_status TEXT    NOT NULL,
  region       TEXT    NOT NULL,
  home         TEXT    NOT NULL,
  subtype      TEXT    NOT NULL,
  category     TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  view         TEXT    NOT NULL
) STRICT;

-- The search index, see src/store/postings. Numbers of runs are never used again: readers keep directories by number.
CREATE TABLE search_run (
  run_no INTEGER PRIMARY KEY AUTOINCREMENT,
  state  TEXT    NOT NULL CHECK (state IN ('building', 'live', 'dead')),
  pages  INTEGER NOT NULL,
  bytes  INTEGER NOT NULL,
  starts BLOB    NOT NULL  -- where each page starts
) STRICT;

CREATE TABLE search_page (
  page_no  INTEGER PRIMARY KEY,  -- run_no << 20 | page
  checksum INTEGER NOT NULL,     -- first 64 bits of SHA-256 over data
  data     BLOB    NOT NULL
) STRICT;

CREATE TABLE conflict (
  finding_no INTEGER PRIMARY KEY REFERENCES finding,
  a_log      TEXT    NOT NULL,
  a_seq      INTEGER NOT NULL,
  b_log      TEXT    NOT NULL,
  b_seq      INTEGER NOT NULL,
  state      TEXT    NOT NULL,
  type       TEXT    NOT NULL,
  groups     TEXT    NOT NULL  -- joined by newlines
) STRICT;
CREATE INDEX conflict_by_state ON conflict (state);

-- Local to this node, never trimmed.
CREATE TABLE finding (
  finding_no INTEGER PRIMARY KEY,
  conflict   BLOB    NOT NULL UNIQUE,
  key_no     INTEGER NOT NULL REFERENCES key,
  found_at   INTEGER NOT NULL,
  state      TEXT    NOT NULL  -- as last written to the journal: open, resolved, superseded, withdrawn
) STRICT;
CREATE INDEX finding_by_key ON finding (key_no);

CREATE TABLE journal (
  journal_no INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  finding_no INTEGER NOT NULL REFERENCES finding,
  event      TEXT    NOT NULL,
  actor      TEXT    NOT NULL
) STRICT;
CREATE INDEX journal_by_finding ON journal (finding_no);

CREATE TABLE claim (
  finding_no INTEGER PRIMARY KEY REFERENCES finding,
  actor      TEXT    NOT NULL,
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX claim_by_actor ON claim (actor);

CREATE TABLE peer (
  node   TEXT    NOT NULL PRIMARY KEY,
  card   BLOB    NOT NULL,
  url    TEXT    NOT NULL,
  paused INTEGER NOT NULL,
  added  INTEGER NOT NULL,
  push   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  token_no    INTEGER PRIMARY KEY,
  name        TEXT    NOT NULL,
  role        TEXT    NOT NULL,
  secret_hash BLOB    NOT NULL UNIQUE,
  created     INTEGER NOT NULL,
  expires     INTEGER NOT NULL,
  revoked     INTEGER NOT NULL
) STRICT;

CREATE TABLE incident (
  incident_no INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  peer        TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  received    TEXT    NOT NULL,
  done        TEXT    NOT NULL,
  advice      TEXT    NOT NULL,
  count       INTEGER NOT NULL,
  UNIQUE (kind, peer, subject)
) STRICT;

CREATE TABLE reply (
  idempotency_key TEXT    NOT NULL PRIMARY KEY,
  request         BLOB    NOT NULL,
  status          INTEGER NOT NULL,
  body            BLOB    NOT NULL,
  at              INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  key   TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
