-- output: selection
-- kind: view
-- scopes: without_top5
-- inputs: comments, changed_threads
-- The counted comments of the changed threads without the five most active authors.
SELECT *, p_quiet AS p_inside, b_quiet AS b_inside
FROM comments
WHERE quiet = 1 AND thread IN (SELECT thread FROM changed_threads)
