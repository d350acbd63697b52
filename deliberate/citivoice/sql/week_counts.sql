-- How many residents took part in each week.
SELECT week, count(DISTINCT person) AS residents FROM steps GROUP BY week
