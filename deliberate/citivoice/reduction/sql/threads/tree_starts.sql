-- output: tree_starts
-- kind: view
-- scopes: everyone, counted
-- inputs: scope_comments
-- Where trees begin: comments on the proposal (level 1) and orphans (depth 1, level 2).
SELECT seq, thread, CASE WHEN is_reply = 0 THEN 1 ELSE 2 END AS level
FROM scope_comments
WHERE up IS NULL
