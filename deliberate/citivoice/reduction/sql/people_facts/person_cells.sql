-- output: person_cells
-- kind: facts
-- inputs: person_facts, person_scopes
-- Numbers of people by the flags the formulas use.
SELECT s.scope,
       CASE WHEN open_next4 = 4 THEN 1 ELSE 0 END AS next4,
       CASE WHEN due_next4 = 4 THEN 1 ELSE 0 END AS due_next4,
       CASE WHEN span_next4 = 4 THEN 1 ELSE 0 END AS span_next4,
       returned,
       CASE WHEN open_later >= 1 THEN 1 ELSE 0 END AS later,
       CASE WHEN due_later >= 1 THEN 1 ELSE 0 END AS due_later,
       CASE WHEN span_later >= 1 THEN 1 ELSE 0 END AS span_later,
       CASE WHEN active_weeks >= 2 THEN 1 ELSE 0 END AS weeks2,
       CASE WHEN supports > 0 THEN 1 ELSE 0 END AS supported,
       CASE WHEN comments + proposals > 0 THEN 1 ELSE 0 END AS contributed,
       CASE WHEN comments + proposals = 0 THEN 0 WHEN comments + proposals <= 2 THEN 1
            ELSE 2 END AS step,
       count(*) AS people
FROM person_facts AS p
JOIN person_scopes AS s ON p.loud <= 1 - s.drop_loud AND p.verified >= s.least_verified
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
