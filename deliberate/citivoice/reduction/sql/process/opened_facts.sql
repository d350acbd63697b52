-- output: opened_facts
-- kind: table
-- inputs: log
-- Open releases of the data of this process that were not taken away again.
SELECT coalesce(sum(CASE WHEN removed = 0 THEN 1 ELSE 0 END), 0) AS releases
FROM (
  SELECT max(CASE WHEN kind = 'release.removed' THEN 1 ELSE 0 END) AS removed
  FROM log
  WHERE kind IN ('release.built', 'release.removed') AND subject_type = 'release'
  GROUP BY subject_id
) AS known
