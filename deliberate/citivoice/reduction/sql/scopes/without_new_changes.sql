-- output: changed_threads
-- kind: table
-- scopes: without_new
-- inputs: comments
-- Threads in which a comment, or the author before one, is of accounts in their first week.
SELECT DISTINCT thread
FROM comments
WHERE counted = 1 AND (settled = 0 OR (b_counted = 1 AND b_settled = 0))
