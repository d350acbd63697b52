-- output: depth_facts
-- kind: facts
-- scopes: everyone, counted
-- inputs: node_levels
-- Comments by depth.
SELECT level - 1 AS depth, count(*) AS comments FROM node_levels GROUP BY level
