-- output: selection
-- kind: view
-- scopes: verified_only
-- inputs: comments, changed_threads
-- The counted comments of the changed threads of verified accounts.
SELECT *, p_verified AS p_inside, b_verified AS b_inside
FROM comments
WHERE verified = 1 AND thread IN (SELECT thread FROM changed_threads)
