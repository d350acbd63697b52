-- What no root leads to: orphans, at depth 1.
SELECT l.seq, l.thread, 2 AS level
FROM scope_comments AS l
LEFT JOIN node_levels AS p ON p.seq = l.seq
WHERE p.seq IS NULL
