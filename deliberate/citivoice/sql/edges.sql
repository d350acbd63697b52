-- Replies with the person answered; a muted reply answers nobody.
SELECT c.seq, c.thread, c.up, c.person, c.answered, c.stance, c.stance_answered, c.before,
       CASE WHEN c.person <> c.answered AND m.seq IS NULL THEN 1 ELSE 0 END AS other
FROM nodes AS c
LEFT JOIN muted AS m ON m.seq = c.seq
WHERE c.up IS NOT NULL
