-- The replies among them, with what they reply to.
SELECT seq, up FROM links WHERE up IS NOT NULL
