-- output: coauthors
-- kind: table
-- inputs: process_acts
-- Who wrote a proposal with its author, from which act on and until which: they count as its
-- author. A first author who left is one until then.
SELECT j.thread, j.person, j.seq AS since, min(l.seq) AS until
FROM (
  SELECT thread, person, min(seq) AS seq
  FROM process_acts
  WHERE kind = 'proposal.submitted' AND thread IS NOT NULL AND person IS NOT NULL
    AND thread IN (SELECT thread FROM process_acts WHERE kind = 'coauthor.joined')
  GROUP BY thread, person
  UNION ALL
  SELECT thread, person, seq
  FROM process_acts
  WHERE kind = 'coauthor.joined' AND thread IS NOT NULL AND person IS NOT NULL
) AS j
LEFT JOIN process_acts AS l
  ON l.kind = 'coauthor.left' AND l.thread = j.thread AND l.person = j.person AND l.seq > j.seq
GROUP BY j.thread, j.person, j.seq
