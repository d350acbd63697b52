-- output: changed_threads
-- kind: table
-- scopes: counted
-- if empty: everyone
-- inputs: comments
-- Threads in which a comment, or the author before one, is not counted.
SELECT DISTINCT thread
FROM comments
WHERE counted = 0 OR (b_person IS NOT NULL AND coalesce(b_counted, 0) = 0)
