-- output: people_before_answer
-- kind: table
-- inputs: answer_moments, participation_acts
-- People who took part in a proposal before that moment.
SELECT DISTINCT m.thread, m.control, m.pos, m.h, m.span, s.person
FROM answer_moments AS m
JOIN participation_acts AS s ON s.thread = m.thread AND s.pos < m.pos
