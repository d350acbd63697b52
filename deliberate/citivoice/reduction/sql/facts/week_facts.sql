-- output: week_facts
-- kind: facts
-- inputs: calendar, person_scopes, person_weeks, person_facts
-- Week by week: open, due, spanned, full, residents taking part, newcomers, comments.
SELECT s.scope, c.monday AS week, c.is_open, c.is_due, c.is_spanned, c.is_full,
       coalesce(sum(w.residents), 0) AS residents, coalesce(sum(w.newcomers), 0) AS newcomers,
       coalesce(sum(w.comments), 0) AS comments
FROM calendar AS c
JOIN person_scopes AS s ON 1 = 1
LEFT JOIN (
  SELECT a.week, p.loud, p.verified, count(*) AS residents, sum(a.comments) AS comments,
         sum(CASE WHEN p.first_week_number = a.week THEN 1 ELSE 0 END) AS newcomers
  FROM person_weeks AS a
  JOIN person_facts AS p ON p.person = a.person
  GROUP BY a.week, p.loud, p.verified
) AS w ON w.week = c.week AND w.loud <= 1 - s.drop_loud AND w.verified >= s.least_verified
GROUP BY s.scope, c.monday, c.is_open, c.is_due, c.is_spanned, c.is_full
