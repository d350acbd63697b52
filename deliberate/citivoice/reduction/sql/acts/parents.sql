-- output: parents
-- kind: table
-- inputs: posts
-- The comment that each reply answers, found by its id: a broken log may hold an id twice, and
-- the first counts.
SELECT c.seq, min(p.seq) AS parent
FROM posts AS c
JOIN posts AS p ON p.subject_id = c.parent_id AND p.thread = c.thread
GROUP BY c.seq
