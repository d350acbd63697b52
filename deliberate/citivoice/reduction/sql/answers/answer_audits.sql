-- output: answer_audits
-- kind: table
-- inputs: process_acts
-- Answers whose reasons were audited, and what the last audit found.
SELECT thread, confirmed
FROM (
  SELECT thread, CASE WHEN json_extract_string(details, '$.confirmed') IN ('true', '1')
                      THEN 1 ELSE 0 END AS confirmed,
         row_number() OVER (PARTITION BY thread ORDER BY seq DESC) AS latest
  FROM process_acts
  WHERE kind = 'answer.audited' AND thread IS NOT NULL
) AS findings
WHERE latest = 1
