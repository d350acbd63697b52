-- output: excluded_facts
-- kind: facts
-- inputs: posts
-- Accounts whose comments are not counted, with the reason.
SELECT reason, count(DISTINCT person) AS accounts, count(*) AS comments
FROM posts
WHERE counted = 0
GROUP BY reason
