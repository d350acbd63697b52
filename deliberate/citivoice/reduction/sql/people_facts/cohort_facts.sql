-- output: cohort_facts
-- kind: facts
-- inputs: person_facts, person_weeks
-- Of the people who first came in a week, how many took part again k weeks later.
SELECT p.first_week, w.week - p.first_week_number AS weeks_later, count(*) AS people
FROM person_facts AS p
JOIN person_weeks AS w ON w.person = p.person
JOIN (
  SELECT first_week_number AS week FROM person_facts GROUP BY first_week_number
  HAVING count(*) >= 10
) AS c ON c.week = p.first_week_number
GROUP BY p.first_week, w.week - p.first_week_number
