-- output: codings
-- kind: table
-- inputs: comments, log, posts
-- Comments coded for reasons by two people: the coder who began first is a.
SELECT c.seq, c.thread,
       max(CASE WHEN k.place = 1 THEN k.reason END) AS reason_a,
       max(CASE WHEN k.place = 2 THEN k.reason END) AS reason_b
FROM comments AS c
JOIN (
  SELECT subject_id, reason,
         row_number() OVER (PARTITION BY subject_id ORDER BY began, seq) AS place
  FROM (
    SELECT subject_id, actor_id, seq,
           TRY_CAST(json_extract_string(details, '$.reason') AS BIGINT) AS reason,
           min(seq) OVER (PARTITION BY actor_id) AS began,
           row_number() OVER (PARTITION BY subject_id, actor_id ORDER BY seq DESC) AS latest
    FROM log WHERE kind = 'comment.coded'
  ) AS codes
  WHERE latest = 1 AND reason BETWEEN 0 AND 3
) AS k ON k.place <= 2
JOIN posts AS p ON p.seq = c.seq AND p.subject_id = k.subject_id
WHERE c.counted = 1
GROUP BY c.seq, c.thread
HAVING count(*) = 2
