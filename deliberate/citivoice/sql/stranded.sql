-- What no root leads to: orphans, at depth 1.
SELECT l.seq, l.thread, 2 AS level
FROM links AS l
LEFT JOIN placed AS p ON p.seq = l.seq
WHERE p.seq IS NULL
