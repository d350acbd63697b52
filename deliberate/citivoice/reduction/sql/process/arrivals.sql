-- output: arrivals
-- kind: table
-- inputs: participation_acts
-- The proposal on which each person first took part, none for a ballot or an act elsewhere.
SELECT person, thread
FROM (
  SELECT person, thread, row_number() OVER (PARTITION BY person ORDER BY pos) AS place
  FROM participation_acts
) AS steps
WHERE place = 1
