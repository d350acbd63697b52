-- What residents did to take part, one row an act, people only.
SELECT s.kind, s.seq, s.person, s.thread, s.pos, s.h, s.span, s.day, s.week
FROM acts AS s
WHERE s.alone = 1 AND s.person IS NOT NULL AND s.kind IN ('proposal.submitted', 'ballot.cast')
UNION ALL
SELECT 'comment.posted', p.seq, p.person, p.thread, p.pos, p.h, p.span, p.day, p.week
FROM posts AS p
WHERE p.alone = 1 AND p.person IS NOT NULL
UNION ALL
SELECT g.kind, g.seq, g.person, g.thread, g.pos, g.h, g.span, g.day, g.week
FROM acts AS g
LEFT JOIN (
  SELECT person, subject_id, day, max(seq) AS seq
  FROM acts WHERE kind = 'support.taken_back' GROUP BY person, subject_id, day
) AS b ON b.person = g.person AND b.subject_id = g.subject_id AND b.day = g.day AND b.seq > g.seq
WHERE g.alone = 1 AND g.person IS NOT NULL AND g.kind = 'support.given' AND b.seq IS NULL
