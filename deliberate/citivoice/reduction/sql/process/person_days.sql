-- output: person_days
-- kind: facts
-- inputs: person_facts, participation_acts
-- Each person as in person_facts, with the number of days on which they commented.
SELECT p.*, coalesce(d.comment_days, 0) AS comment_days
FROM person_facts AS p
LEFT JOIN (
  SELECT person, count(DISTINCT day) AS comment_days FROM participation_acts WHERE comment = 1 GROUP BY person
) AS d ON d.person = p.person
