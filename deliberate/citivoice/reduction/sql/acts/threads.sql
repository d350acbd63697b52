-- output: threads
-- kind: table
-- inputs: log
-- Every proposal with a whole number of its own, in the order of their first acts.
SELECT proposal_id, CAST(row_number() OVER (ORDER BY came) AS INTEGER) AS thread
FROM (
  SELECT proposal_id, min(seq) AS came
  FROM log
  WHERE proposal_id IS NOT NULL AND kind IN ('proposal.submitted', 'comment.posted')
  GROUP BY proposal_id
) AS begun
