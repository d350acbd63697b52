-- output: proposals
-- kind: table
-- inputs: threads, process_acts
-- Proposals as submitted, by whom, and the status they were imported with.
SELECT t.thread, t.proposal_id, a.seq, a.h, a.person, a.counted, a.settled, a.verified,
       CASE WHEN a.seq IS NULL THEN NULL
            WHEN a.initiator IS NOT NULL THEN a.initiator
            WHEN a.staff = 1 THEN 'authority'
            WHEN a.person IS NULL THEN 'meeting'
            WHEN a.sort = 'organisation' THEN 'organisation'
            ELSE 'resident' END AS initiator,
       a.decision
FROM threads AS t
LEFT JOIN (
  SELECT thread, seq, h, person, counted, settled, verified, staff, sort,
         json_extract_string(details, '$.initiator') AS initiator,
         json_extract_string(details, '$.decision') AS decision,
         row_number() OVER (PARTITION BY thread ORDER BY seq) AS place
  FROM process_acts
  WHERE kind = 'proposal.submitted'
) AS a ON a.thread = t.thread AND a.place = 1
