-- The same with the number of days on which each person commented.
SELECT p.*, coalesce(d.comment_days, 0) AS comment_days
FROM person_facts AS p
LEFT JOIN (
  SELECT person, count(DISTINCT day) AS comment_days FROM participation_acts WHERE comment = 1 GROUP BY person
) AS d ON d.person = p.person
