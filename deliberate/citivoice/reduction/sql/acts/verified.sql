-- output: verified
-- kind: table
-- inputs: log
-- Accounts whose owners were verified as residents, and have not lost that since.
SELECT actor_id
FROM (
  SELECT subject_id AS actor_id, kind,
         row_number() OVER (PARTITION BY subject_id ORDER BY seq DESC) AS latest
  FROM log
  WHERE kind IN ('resident.verified', 'verification.ended')
) AS words
WHERE latest = 1 AND kind = 'resident.verified'
