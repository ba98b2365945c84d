-- People who looked at an incident, and what they found. Never trimmed.
ALTER TABLE incident ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;  -- how much of count somebody looked at

CREATE TABLE acknowledgement (
  acknowledgement_no INTEGER PRIMARY KEY,
  incident_no        INTEGER NOT NULL REFERENCES incident,
  actor              TEXT    NOT NULL,
  at                 INTEGER NOT NULL,
  note               TEXT    NOT NULL,
  count              INTEGER NOT NULL
) STRICT;
CREATE INDEX acknowledgement_by_incident ON acknowledgement (incident_no);
