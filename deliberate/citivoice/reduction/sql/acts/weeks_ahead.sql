-- output: weeks_ahead
-- kind: table
-- inputs: calendar
-- For each week, the open full weeks among the next four, and all that follow it.
SELECT a.week,
       sum(CASE WHEN b.week <= a.week + 4 THEN 1 ELSE 0 END) AS open_next4,
       sum(CASE WHEN b.week IS NULL THEN 0 ELSE 1 END) AS open_later
FROM calendar AS a
LEFT JOIN calendar AS b ON b.week > a.week AND b.is_open = 1 AND b.is_full = 1
GROUP BY a.week
