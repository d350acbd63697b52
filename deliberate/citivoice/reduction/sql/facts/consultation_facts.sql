-- output: consultation_facts
-- kind: facts
-- inputs: contributions, explanations, scoring_end
-- Contributions to each unit of a draft text, those at least 30 days old, and of these those that
-- were explained within 30 days.
SELECT c.unit, count(*) AS contributions,
       sum(CASE WHEN e.h - c.h >= 720 THEN 1 ELSE 0 END) AS due,
       sum(CASE WHEN e.h - c.h >= 720 AND x.h - c.h <= 720 THEN 1 ELSE 0 END) AS explained
FROM contributions AS c
JOIN scoring_end AS e ON 1 = 1
LEFT JOIN explanations AS x ON x.subject_id = c.subject_id
GROUP BY c.unit
