-- Every comment in its place; what no root leads to is on or below a cycle and stands alone.
SELECT l.seq, l.thread, l.person, l.stance, l.second, l.upheld, l.is_reply,
       CASE WHEN p.seq IS NOT NULL THEN l.up END AS up,
       l.answered, l.stance_answered,
       CASE WHEN p.seq IS NOT NULL THEN l.before END AS before,
       coalesce(p.level, 2) AS level
FROM links AS l
LEFT JOIN placed AS p ON p.seq = l.seq
