-- How many comments hang below each.
SELECT seq, sum(below) AS below FROM reply_count_levels GROUP BY seq
