-- output: voice_facts
-- kind: facts
-- inputs: comments
-- How many authors wrote so many comments in each run that leaves people out.
SELECT scope, comments, count(*) AS authors
FROM (
  SELECT r.scope, c.person, count(*) AS comments
  FROM comments AS c
  JOIN (
    SELECT 'without_top5' AS scope, 1 AS quiet, 0 AS settled, 0 AS verified
    UNION ALL SELECT 'without_new', 0, 1, 0
    UNION ALL SELECT 'verified_only', 0, 0, 1
  ) AS r ON c.quiet >= r.quiet AND c.settled >= r.settled AND c.verified >= r.verified
  WHERE c.counted = 1 AND c.person IS NOT NULL
  GROUP BY r.scope, c.person
) AS voices
GROUP BY scope, comments
