-- output: cut_comments
-- kind: table
-- scopes: everyone, counted
-- inputs: scope_replies, placed_nodes
-- Comments that no root leads to: they are on or below a cycle.
SELECT r.seq, r.thread
FROM scope_replies AS r
LEFT JOIN placed_nodes AS p ON p.seq = r.seq
WHERE p.seq IS NULL
