-- How an incident went the last time, once it has happened again. The columns from before keep how it went the first
-- time; of what happened again under an earlier version, the last time under that.
ALTER TABLE incident ADD COLUMN last_at INTEGER;
ALTER TABLE incident ADD COLUMN last_received TEXT;
ALTER TABLE incident ADD COLUMN last_done TEXT;
ALTER TABLE incident ADD COLUMN last_advice TEXT;

CREATE INDEX incident_by_day ON incident (kind, peer, at);  -- how many of a kind a peer has caused on a day
CREATE INDEX incident_open ON incident (kind, peer) WHERE count > acknowledged;

-- Incidents, and who looked at them, are only ever added to.
CREATE TRIGGER incident_is_not_trimmed BEFORE DELETE ON incident
BEGIN SELECT RAISE(ABORT, 'incidents are only added to'); END;
CREATE TRIGGER incident_is_not_changed
BEFORE UPDATE OF incident_no, at, kind, peer, subject, received, done, advice ON incident
BEGIN SELECT RAISE(ABORT, 'incidents are only added to'); END;
CREATE TRIGGER incident_is_counted_up BEFORE UPDATE OF count, acknowledged ON incident
WHEN new.count < old.count OR new.acknowledged < old.acknowledged
BEGIN SELECT RAISE(ABORT, 'incidents are only added to'); END;
CREATE TRIGGER acknowledgement_is_not_changed BEFORE UPDATE ON acknowledgement
BEGIN SELECT RAISE(ABORT, 'acknowledgements are only added to'); END;
CREATE TRIGGER acknowledgement_is_not_trimmed BEFORE DELETE ON acknowledgement
BEGIN SELECT RAISE(ABORT, 'acknowledgements are only added to'); END;
