-- output: days
-- kind: table
-- inputs: hour_calendar
-- The local days of the log with their ISO weeks.
SELECT DISTINCT day, week FROM hour_calendar
