-- output: verified
-- kind: table
-- inputs: log
-- Accounts whose owners were verified as residents, and have not lost that since. The actor of
-- these rows may be an administrator: the detail names the account as its own acts do.
SELECT actor_id
FROM (
  SELECT account AS actor_id, kind,
         row_number() OVER (PARTITION BY account ORDER BY seq DESC) AS latest
  FROM (
    SELECT seq, kind, coalesce(json_extract_string(details, '$.account'), subject_id) AS account
    FROM log
    WHERE kind IN ('resident.verified', 'verification.ended')
  ) AS named
) AS words
WHERE latest = 1 AND kind = 'resident.verified'
