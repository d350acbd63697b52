-- Every comment in its place; what no root leads to is on or below a cycle and stands alone.
SELECT l.seq, l.thread, l.person, l.stance, l.second, l.upheld, l.is_reply,
       CASE WHEN p.seq IS NULL THEN NULL ELSE l.up END AS up,
       coalesce(p.level, 2) AS level,
       CASE WHEN l.is_reply = 1 AND (l.up IS NULL OR p.seq IS NULL) THEN 1 ELSE 0 END AS orphan
FROM links AS l
LEFT JOIN placed AS p ON p.seq = l.seq
