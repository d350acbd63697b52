-- Comments tied to the one they reply to (none if it is absent, itself or in another proposal),
-- with the scopes and runs in which they count.
SELECT p.seq, p.thread, p.person, p.stance, p.second, p.day, p.week, p.month, p.reason, p.upheld,
       CAST(CASE WHEN p.parent_id IS NULL THEN 0 ELSE 1 END AS TINYINT) AS is_reply,
       q.seq AS parent,
       CAST(p.counted AS TINYINT) AS counted,
       CAST(CASE WHEN l.person IS NULL THEN p.counted ELSE 0 END AS TINYINT) AS quiet,
       CAST(p.counted * p.settled AS TINYINT) AS settled
FROM posts AS p
LEFT JOIN (
  SELECT subject_id, thread, min(seq) AS seq FROM posts GROUP BY subject_id, thread
) AS q ON q.subject_id = p.parent_id AND q.thread = p.thread AND q.seq <> p.seq
LEFT JOIN loudest AS l ON l.person = p.person
