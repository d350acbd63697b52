-- output: reclassified
-- kind: table
-- inputs: log
-- The latest recorded word on what an account is.
SELECT actor_id, becomes, reason
FROM (
  SELECT subject_id AS actor_id,
         json_extract_string(details, '$.to') AS becomes,
         json_extract_string(details, '$.reason') AS reason,
         row_number() OVER (PARTITION BY subject_id ORDER BY seq DESC) AS latest
  FROM log
  WHERE kind = 'account.reclassified'
) AS words
WHERE latest = 1
