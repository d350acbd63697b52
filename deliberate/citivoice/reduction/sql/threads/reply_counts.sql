-- output: reply_counts
-- kind: view
-- scopes: everyone, counted
-- inputs: answered_comments
-- Comments that have replies, with how many: the first step of counting what hangs below.
SELECT up AS seq, below FROM answered_comments
