-- The replies among them, with what they reply to.
SELECT seq, thread, up FROM scope_comments WHERE up IS NOT NULL
