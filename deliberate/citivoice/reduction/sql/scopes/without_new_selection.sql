-- output: selection
-- kind: view
-- scopes: without_new
-- inputs: comments, changed_threads
-- The counted comments of the changed threads without accounts in their first week.
SELECT *, p_settled AS p_inside, b_settled AS b_inside
FROM comments
WHERE settled = 1 AND thread IN (SELECT thread FROM changed_threads)
