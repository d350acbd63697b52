-- output: node_levels
-- kind: view
-- scopes: everyone, counted
-- inputs: placed_nodes, cut_comments
-- The level of each comment; where a link was cut, as that of an orphan (depth 1, level 2).
SELECT seq, thread, level FROM placed_nodes
UNION ALL
SELECT seq, thread, 2 AS level FROM cut_comments
