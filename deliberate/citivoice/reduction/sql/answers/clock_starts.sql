-- output: clock_starts
-- kind: table
-- inputs: proposals, process_acts, log
-- When each proposal began to wait: at its submission, or, where supports are asked for
-- first, when it had enough.
SELECT p.thread, coalesce(q.h, p.h) AS h
FROM proposals AS p
LEFT JOIN (
  SELECT thread, min(h) AS h FROM process_acts WHERE kind = 'proposal.qualified' GROUP BY thread
) AS q ON q.thread = p.thread
JOIN (
  SELECT coalesce(max(CASE WHEN kind = 'proposal.qualified' THEN 1
           WHEN TRY_CAST(json_extract_string(details, '$.threshold') AS BIGINT) > 0 THEN 1
           ELSE 0 END), 0) AS by_support
  FROM log
  WHERE kind IN ('proposal.qualified', 'process.opened')
) AS rule ON rule.by_support = 0 OR q.thread IS NOT NULL
WHERE p.seq IS NOT NULL
