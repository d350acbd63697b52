-- output: week_counts
-- kind: table
-- inputs: person_weeks
-- How many residents took part in each week.
SELECT week, count(*) AS residents FROM person_weeks GROUP BY week
