-- How many comments hang below each.
SELECT seq, sum(below) AS below FROM lifted GROUP BY seq
