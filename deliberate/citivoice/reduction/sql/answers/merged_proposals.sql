-- output: merged_proposals
-- kind: table
-- inputs: process_acts, threads
-- Proposals merged into another and not taken apart again.
SELECT m.thread, m.h, t.thread AS target
FROM (
  SELECT thread, kind, h, json_extract_string(details, '$.into') AS target,
         row_number() OVER (PARTITION BY thread ORDER BY seq DESC) AS latest
  FROM process_acts
  WHERE kind IN ('proposal.merged', 'proposal.unmerged') AND thread IS NOT NULL
) AS m
LEFT JOIN threads AS t ON t.proposal_id = m.target
WHERE m.latest = 1 AND m.kind = 'proposal.merged'
