-- output: process_acts
-- kind: table
-- inputs: acts
-- All acts but those of the many kinds: what was submitted, answered, merged, promised, audited.
SELECT * FROM acts
WHERE kind NOT IN ('comment.posted', 'support.given', 'support.taken_back', 'ballot.cast')
