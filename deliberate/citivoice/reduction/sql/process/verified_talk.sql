-- output: verified_talk
-- kind: table
-- inputs: comments
-- How many counted comments there are, and how many of them by verified residents.
SELECT count(*) AS comments, coalesce(sum(verified), 0) AS verified_comments
FROM comments
WHERE counted = 1
