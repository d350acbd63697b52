-- Comments with the one they reply to; none if it is absent, itself or in another proposal.
SELECT p.seq, p.thread, p.person, p.stance, p.second, p.day, p.week, p.month, p.counted,
       p.reason, p.settled, p.upheld,
       CASE WHEN p.parent_id IS NULL THEN 0 ELSE 1 END AS is_reply,
       q.seq AS parent
FROM posts AS p
LEFT JOIN (
  SELECT subject_id, thread, min(seq) AS seq FROM posts GROUP BY subject_id, thread
) AS q ON q.subject_id = p.parent_id AND q.thread = p.thread AND q.seq <> p.seq
