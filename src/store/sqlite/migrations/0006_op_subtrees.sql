-- Roots of the trees over each 64 ops of the record, in a row: a proof that an op is in its record hashes a few dozen
-- lines instead of all of them. Empty where the record came before this column; then all are hashed.
ALTER TABLE record ADD COLUMN op_subtrees BLOB NOT NULL DEFAULT x'';
