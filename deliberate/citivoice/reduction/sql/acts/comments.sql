-- output: comments
-- kind: table
-- inputs: linked_posts, proposals, most_active_authors, joint_comments
-- Comments with who spoke before the one they answer (b): the author of what that one replies
-- to, or of the proposal when it stands on the proposal, where any of its authors is meant.
SELECT c.seq, c.thread, c.person, c.stance, c.side, c.second, c.day, c.month, c.upheld, c.is_reply,
       c.counted, c.settled, c.verified, c.quiet, c.parent,
       c.p_person, c.p_stance, c.p_side, c.p_second, c.p_counted, c.p_settled, c.p_verified,
       c.p_quiet, CAST(coalesce(j.among_authors, 0) AS TINYINT) AS among_authors,
       CASE WHEN c.p_is_reply = 0 AND j.seq IS NOT NULL THEN c.person
            WHEN c.p_is_reply = 0 THEN a.person ELSE g.p_person END AS b_person,
       CASE WHEN c.p_is_reply = 0 AND j.seq IS NOT NULL THEN c.counted
            WHEN c.p_is_reply = 0 THEN a.counted ELSE g.p_counted END AS b_counted,
       CASE WHEN c.p_is_reply = 0 AND j.seq IS NOT NULL THEN c.quiet
            WHEN c.p_is_reply = 0 THEN a.quiet ELSE g.p_quiet END AS b_quiet,
       CASE WHEN c.p_is_reply = 0 AND j.seq IS NOT NULL THEN c.settled
            WHEN c.p_is_reply = 0 THEN a.settled ELSE g.p_settled END AS b_settled,
       CASE WHEN c.p_is_reply = 0 AND j.seq IS NOT NULL THEN c.verified
            WHEN c.p_is_reply = 0 THEN a.verified ELSE g.p_verified END AS b_verified
FROM linked_posts AS c
LEFT JOIN (
  SELECT seq, p_person, p_counted, p_quiet, p_settled, p_verified
  FROM linked_posts WHERE parent IS NOT NULL
) AS g ON g.seq = CASE WHEN c.p_is_reply = 1 THEN c.parent END
LEFT JOIN (
  SELECT o.thread, o.person, o.counted,
         CAST(CASE WHEN l.person IS NULL THEN o.counted ELSE 0 END AS TINYINT) AS quiet,
         CAST(o.counted * o.settled AS TINYINT) AS settled,
         CAST(o.counted * o.verified AS TINYINT) AS verified
  FROM proposals AS o
  LEFT JOIN most_active_authors AS l ON l.person = o.person
) AS a ON a.thread = c.thread
LEFT JOIN joint_comments AS j ON j.seq = c.seq
