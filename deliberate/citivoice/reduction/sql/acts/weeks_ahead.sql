-- output: weeks_ahead
-- kind: table
-- inputs: calendar
-- For each week, the full weeks among the next four, and all that follow it: the open ones, those
-- that are due (open; without phases, also the four after the last busy one), the whole span's.
SELECT a.week,
       coalesce(sum(CASE WHEN b.week <= a.week + 4 THEN b.is_open END), 0) AS open_next4,
       coalesce(sum(b.is_open), 0) AS open_later,
       coalesce(sum(CASE WHEN b.week <= a.week + 4 THEN b.is_due END), 0) AS due_next4,
       coalesce(sum(b.is_due), 0) AS due_later,
       coalesce(sum(CASE WHEN b.week <= a.week + 4 THEN b.is_spanned END), 0) AS span_next4,
       coalesce(sum(b.is_spanned), 0) AS span_later
FROM calendar AS a
LEFT JOIN calendar AS b ON b.week > a.week AND b.is_full = 1
GROUP BY a.week
