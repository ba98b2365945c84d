-- Who asked what, and how it was answered. Local to this node, only ever added to; see sync/audit_chain.hpp.
CREATE TABLE audit (
  audit_no    INTEGER PRIMARY KEY AUTOINCREMENT,  -- without gaps; the sequence still knows of a last row that is taken away
  at          INTEGER NOT NULL,
  actor       TEXT    NOT NULL,
  kind        TEXT    NOT NULL,
  case_number TEXT    NOT NULL,
  line        TEXT    NOT NULL,
  hash        BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor, at);
CREATE INDEX audit_by_case ON audit (case_number, at) WHERE case_number <> '';

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;
CREATE TRIGGER audit_is_not_trimmed BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;
