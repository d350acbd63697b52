-- output: participation_acts
-- kind: table
-- inputs: acts, posts, void_ballots, retracted_attendances
-- What residents did to take part, one row an act, people only; no ballot that its voter voided,
-- and no attendance that was taken back.
SELECT CAST(CASE WHEN s.kind IN ('proposal.submitted', 'coauthor.joined') THEN 1 ELSE 0 END
            AS TINYINT) AS proposal,
       CAST(0 AS TINYINT) AS comment, CAST(0 AS TINYINT) AS support,
       CAST(CASE WHEN s.kind = 'attendance.noted' THEN 1 ELSE 0 END AS TINYINT) AS meeting,
       s.person, s.thread, s.pos, s.h, s.day, s.week
FROM acts AS s
LEFT JOIN void_ballots AS v ON v.seq = s.seq
LEFT JOIN retracted_attendances AS r ON r.seq = s.seq
WHERE v.seq IS NULL AND r.seq IS NULL AND s.alone = 1 AND s.person IS NOT NULL
  AND (s.kind IN ('proposal.submitted', 'ballot.cast', 'attendance.noted')
    OR (s.kind = 'coauthor.joined' AND s.thread IS NOT NULL))
UNION ALL
SELECT CAST(0 AS TINYINT), CAST(1 AS TINYINT), CAST(0 AS TINYINT), CAST(0 AS TINYINT),
       p.person, p.thread, p.h * 4294967296 + p.seq, p.h, p.day, p.week
FROM posts AS p
WHERE p.alone = 1 AND p.person IS NOT NULL
UNION ALL
SELECT CAST(0 AS TINYINT), CAST(0 AS TINYINT), CAST(1 AS TINYINT), CAST(0 AS TINYINT),
       g.person, g.thread, g.pos, g.h, g.day, g.week
FROM acts AS g
LEFT JOIN (
  SELECT person, subject_id, day, max(seq) AS seq
  FROM acts WHERE kind = 'support.taken_back' GROUP BY person, subject_id, day
) AS b ON b.person = g.person AND b.subject_id = g.subject_id AND b.day = g.day AND b.seq > g.seq
WHERE g.alone = 1 AND g.person IS NOT NULL AND g.kind = 'support.given' AND b.seq IS NULL
