-- output: changed_threads
-- kind: table
-- scopes: without_top5
-- inputs: comments
-- Threads in which a comment, or the author before one, is of the five most active authors.
SELECT DISTINCT thread
FROM comments
WHERE counted = 1 AND (quiet = 0 OR (b_counted = 1 AND b_quiet = 0))
