-- Every proposal with a whole number of its own.
SELECT proposal_id, min(seq) AS thread
FROM log
WHERE proposal_id IS NOT NULL AND kind IN ('proposal.submitted', 'comment.posted')
GROUP BY proposal_id
