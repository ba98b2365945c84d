-- Records that the program which took them did not read: found again after an upgrade without a walk over all.
CREATE INDEX record_unread ON record (record_no) WHERE kind = 'unknown';
