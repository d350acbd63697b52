-- output: placed_nodes
-- kind: levels from tree_starts
-- scopes: everyone, counted
-- inputs: scope_replies
-- One level further down: what replies to the comments placed last.
SELECT r.seq, r.thread, f.level + 1 AS level
FROM scope_replies AS r
JOIN frontier AS f ON f.seq = r.up
