-- output: changed_threads
-- kind: table
-- scopes: verified_only
-- inputs: comments
-- Threads in which a comment, or the author before one, is of accounts that are not verified.
SELECT DISTINCT thread
FROM comments
WHERE counted = 1 AND (verified = 0 OR (b_counted = 1 AND b_verified = 0))
