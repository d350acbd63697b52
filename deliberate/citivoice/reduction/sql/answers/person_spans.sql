-- output: person_spans
-- kind: table
-- inputs: participation_acts
-- When each person took part first and last in each span of 28 days.
SELECT person, CAST(floor(h / 672) AS BIGINT) AS span, min(h) AS first_h, max(pos) AS last_pos
FROM participation_acts
GROUP BY person, CAST(floor(h / 672) AS BIGINT)
