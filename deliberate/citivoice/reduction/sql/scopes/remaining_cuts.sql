-- output: cut_comments
-- kind: table
-- scopes: without_top5, without_new, verified_only
-- inputs: counted.cut_comments, reconnected_comments
-- Comments that are still on or below a cycle. A subset of comments has no cycle of its own.
SELECT c.seq, c.thread
FROM counted.cut_comments AS c
LEFT JOIN reconnected_comments AS r ON r.seq = c.seq
WHERE r.seq IS NULL
