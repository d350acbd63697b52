-- output: arrival_facts
-- kind: facts
-- inputs: person_facts, arrivals
-- What brought people in: groups who first took part on the same proposal (alone without one),
-- with the sums the formulas use; how many groups had these sums.
SELECT newcomers, returned, people, weeks2, taking_part, contributed, count(*) AS arrivals
FROM (
  SELECT sum(CASE WHEN p.due_next4 = 4 THEN 1 ELSE 0 END) AS newcomers,
         sum(CASE WHEN p.due_next4 = 4 THEN p.returned ELSE 0 END) AS returned,
         sum(CASE WHEN p.due_later >= 1 THEN 1 ELSE 0 END) AS people,
         sum(CASE WHEN p.due_later >= 1 AND p.active_weeks >= 2 THEN 1 ELSE 0 END) AS weeks2,
         sum(CASE WHEN p.supports + p.comments + p.proposals > 0 THEN 1 ELSE 0 END)
           AS taking_part,
         sum(CASE WHEN p.comments + p.proposals > 0 THEN 1 ELSE 0 END) AS contributed
  FROM person_facts AS p
  JOIN arrivals AS a ON a.person = p.person
  GROUP BY coalesce(a.thread, 0), CASE WHEN a.thread IS NULL THEN p.person ELSE 0 END
) AS brought
GROUP BY newcomers, returned, people, weeks2, taking_part, contributed
