-- output: reclassified
-- kind: table
-- inputs: log
-- The latest recorded word on what an account is; the detail names it as its own acts do.
SELECT actor_id, becomes, reason
FROM (
  SELECT account AS actor_id, becomes, reason,
         row_number() OVER (PARTITION BY account ORDER BY seq DESC) AS latest
  FROM (
    SELECT seq, coalesce(json_extract_string(details, '$.account'), subject_id) AS account,
           json_extract_string(details, '$.to') AS becomes,
           json_extract_string(details, '$.reason') AS reason
    FROM log
    WHERE kind = 'account.reclassified'
  ) AS named
) AS words
WHERE latest = 1
