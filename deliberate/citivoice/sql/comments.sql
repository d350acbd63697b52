-- Comments with who is answered (p), and who spoke before that: the author of the comment's
-- own parent, or of the proposal when the comment answered stands on it (b).
SELECT c.*,
       p.person AS p_person, p.stance AS p_stance,
       p.counted AS p_counted, p.quiet AS p_quiet, p.settled AS p_settled,
       CASE WHEN p.is_reply = 0 THEN a.person ELSE g.person END AS b_person,
       CASE WHEN p.is_reply = 0 THEN a.counted ELSE g.counted END AS b_counted,
       CASE WHEN p.is_reply = 0 THEN a.quiet ELSE g.quiet END AS b_quiet,
       CASE WHEN p.is_reply = 0 THEN a.settled ELSE g.settled END AS b_settled
FROM tied AS c
LEFT JOIN tied AS p ON p.seq = c.parent
LEFT JOIN tied AS g ON g.seq = p.parent
LEFT JOIN (
  SELECT o.thread, o.person, CAST(o.counted AS TINYINT) AS counted,
         CAST(CASE WHEN l.person IS NULL THEN o.counted ELSE 0 END AS TINYINT) AS quiet,
         CAST(o.counted * o.settled AS TINYINT) AS settled
  FROM proposals AS o
  LEFT JOIN loudest AS l ON l.person = o.person
) AS a ON a.thread = c.thread
