-- What no root leads to is on or below a cycle, and stands alone.
SELECT l.seq, l.thread, l.person, l.stance, l.second, l.upheld, l.is_reply, NULL AS up,
       l.answered, l.stance_answered, NULL AS before, 2 AS level
FROM links AS l
LEFT JOIN placed AS p ON p.seq = l.seq
WHERE p.seq IS NULL
