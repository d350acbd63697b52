-- How many authors wrote so many comments, and came back on other days, weeks and months.
SELECT comments, days2, weeks2, months2, count(*) AS authors
FROM (
  SELECT person, count(*) AS comments,
         CASE WHEN min(day) < max(day) THEN 1 ELSE 0 END AS days2,
         CASE WHEN min(week) < max(week) THEN 1 ELSE 0 END AS weeks2,
         CASE WHEN min(month) < max(month) THEN 1 ELSE 0 END AS months2
  FROM kept
  WHERE person IS NOT NULL
  GROUP BY person
) AS voices
GROUP BY comments, days2, weeks2, months2
