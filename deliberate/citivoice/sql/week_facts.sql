-- Week by week: open, full, residents taking part, newcomers, comments.
SELECT s.scope, c.monday AS week, c.is_open, c.is_full,
       sum(CASE WHEN w.person IS NULL THEN 0 ELSE 1 END) AS residents,
       sum(CASE WHEN w.first_week_number = c.week THEN 1 ELSE 0 END) AS newcomers,
       coalesce(sum(w.comments), 0) AS comments
FROM calendar AS c
JOIN scopes AS s ON 1 = 1
LEFT JOIN (
  SELECT a.week, a.person, p.first_week_number, p.loud,
         sum(CASE WHEN a.kind = 'comment.posted' THEN 1 ELSE 0 END) AS comments
  FROM steps AS a
  JOIN person_facts AS p ON p.person = a.person
  GROUP BY a.week, a.person, p.first_week_number, p.loud
) AS w ON w.week = c.week AND w.loud <= 1 - s.drop_loud
GROUP BY s.scope, c.monday, c.is_open, c.is_full
