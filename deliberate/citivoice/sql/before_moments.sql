-- People who took part in a proposal before that moment.
SELECT DISTINCT m.thread, m.control, m.pos, m.h, m.span, s.person
FROM moments AS m
JOIN steps AS s ON s.thread = m.thread AND s.pos < m.pos
