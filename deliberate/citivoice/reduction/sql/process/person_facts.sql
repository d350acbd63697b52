-- output: person_facts
-- kind: table
-- inputs: person_weeks, weeks_ahead, calendar, people, most_active_authors
-- Each person's coming, staying and steps: stays in the house.
SELECT p.actor_id, p.person, d.monday AS first_week, f.week AS first_week_number,
       f.active_weeks, a.open_next4, a.open_later,
       a.due_next4, a.due_later, a.span_next4, a.span_later,
       CASE WHEN f.second_week <= f.week + 4 THEN 1 ELSE 0 END AS returned,
       f.proposals, f.comments, f.supports,
       f.meetings,
       f.steps - f.proposals - f.comments - f.supports - f.meetings AS ballots, f.comment_weeks,
       CASE WHEN l.person IS NULL THEN 0 ELSE 1 END AS loud, p.verified
FROM (
  SELECT person, min(week) AS week, count(*) AS active_weeks,
         min(CASE WHEN place = 2 THEN week END) AS second_week, sum(steps) AS steps,
         sum(proposals) AS proposals, sum(comments) AS comments, sum(supports) AS supports, sum(meetings) AS meetings,
         sum(CASE WHEN comments > 0 THEN 1 ELSE 0 END) AS comment_weeks
  FROM (
    SELECT *, row_number() OVER (PARTITION BY person ORDER BY week) AS place FROM person_weeks
  ) AS weeks
  GROUP BY person
) AS f
JOIN weeks_ahead AS a ON a.week = f.week
JOIN calendar AS d ON d.week = f.week
JOIN people AS p ON p.person = f.person
LEFT JOIN most_active_authors AS l ON l.person = f.person
