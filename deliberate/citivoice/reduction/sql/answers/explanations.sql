-- output: explanations
-- kind: table
-- inputs: contributions, reasoned_answers
-- When each contribution was first named in an answer with a reason. Answers name contributions
-- by a list of ids, which is searched as text.
SELECT c.subject_id, min(a.h) AS h
FROM contributions AS c
JOIN reasoned_answers AS a ON a.named LIKE concat('%,', c.subject_id, ',%')
GROUP BY c.subject_id
