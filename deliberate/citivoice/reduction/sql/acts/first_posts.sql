-- Where a comment is found by its id: a broken log may hold it twice, and the first counts.
SELECT p.subject_id, p.thread, p.seq, p.person, p.stance, p.second, p.counted, p.settled, p.is_reply
FROM posts AS p
JOIN (
  SELECT subject_id, thread, min(seq) AS seq FROM posts GROUP BY subject_id, thread
) AS f ON f.seq = p.seq
