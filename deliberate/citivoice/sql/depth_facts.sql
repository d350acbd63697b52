-- Comments by depth.
SELECT level - 1 AS depth, count(*) AS comments FROM placed GROUP BY level
