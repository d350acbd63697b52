-- Replies with the person answered, and the one before: author of the comment's own parent,
-- or of the proposal when the comment answered stands on it. A muted reply answers nobody.
SELECT c.seq, c.thread, c.up, c.person, p.person AS answered,
       c.second, c.stance, p.stance AS stance_answered,
       CASE WHEN c.person <> p.person AND m.seq IS NULL THEN 1 ELSE 0 END AS other,
       CASE WHEN p.is_reply = 0 THEN a.person ELSE g.person END AS before
FROM nodes AS c
JOIN nodes AS p ON p.seq = c.up
LEFT JOIN nodes AS g ON g.seq = p.up
LEFT JOIN authors_kept AS a ON a.thread = c.thread
LEFT JOIN muted AS m ON m.seq = c.seq
