-- output: scope_replies
-- kind: table
-- scopes: everyone, counted
-- inputs: scope_comments
-- The replies among them, with what they reply to.
SELECT seq, thread, up FROM scope_comments WHERE up IS NOT NULL
