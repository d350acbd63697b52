-- output: descendant_counts
-- kind: table
-- scopes: everyone, counted
-- inputs: reply_count_levels
-- How many comments hang below each.
SELECT seq, sum(below) AS below FROM reply_count_levels GROUP BY seq
