-- Comments by depth.
SELECT level - 1 AS depth, count(*) AS comments FROM nodes GROUP BY level
