-- output: coding_facts
-- kind: facts
-- inputs: codings
-- What the two coders gave, crossed.
SELECT reason_a, reason_b, count(*) AS comments FROM codings GROUP BY reason_a, reason_b
