-- Replies in their place, with what they hang on.
SELECT seq, up FROM nodes WHERE up IS NOT NULL
