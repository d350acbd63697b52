-- output: accepted_proposals
-- kind: table
-- inputs: responses, process_acts, scoring_end
-- Accepted proposals by the hour of acceptance, and whether their commitments can be traced.
SELECT r.thread, r.accepted, coalesce(c.traced, 0) AS traced
FROM (
  SELECT thread, min(h) AS accepted
  FROM responses
  WHERE decision IN ('accepted', 'accepted_in_part')
  GROUP BY thread
) AS r
LEFT JOIN (
  SELECT a.thread,
         max(CASE WHEN a.kind = 'commitment.fulfilled' THEN 1
                  WHEN a.kind = 'commitment.updated' AND a.h >= e.h - 2160 THEN 1
                  WHEN a.kind = 'commitment.dropped'
                   AND json_extract_string(a.details, '$.reason_given') IN ('true', '1')
                  THEN 1 ELSE 0 END) AS traced
  FROM process_acts AS a
  JOIN scoring_end AS e ON 1 = 1
  WHERE a.kind IN ('commitment.updated', 'commitment.fulfilled', 'commitment.dropped')
  GROUP BY a.thread
) AS c ON c.thread = r.thread
