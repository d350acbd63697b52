-- output: author_facts
-- kind: facts
-- scopes: everyone, counted
-- inputs: author_months, days
-- How many authors wrote so many comments, and came back on other days, weeks and months.
SELECT comments, days2, weeks2, months2, count(*) AS authors
FROM (
  SELECT v.person, sum(v.comments) AS comments,
         CASE WHEN min(v.first_day) < max(v.last_day) THEN 1 ELSE 0 END AS days2,
         CASE WHEN min(f.week) < max(l.week) THEN 1 ELSE 0 END AS weeks2,
         CASE WHEN min(v.month) < max(v.month) THEN 1 ELSE 0 END AS months2
  FROM author_months AS v
  JOIN days AS f ON f.day = v.first_day
  JOIN days AS l ON l.day = v.last_day
  WHERE v.person IS NOT NULL
  GROUP BY v.person
) AS authors
GROUP BY comments, days2, weeks2, months2
