-- The replies among them, with what they reply to.
SELECT seq, thread, up FROM links WHERE up IS NOT NULL
