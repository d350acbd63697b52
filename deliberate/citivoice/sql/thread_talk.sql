-- The scored counts of one scope, a row for each thread with a comment.
SELECT n.thread, n.comments, n.stance_for, n.stance_against, n.upheld,
       n.authors, n.top_author_comments,
       coalesce(e.answered_by_other, 0) AS answered_by_other,
       coalesce(e.replies_to_other, 0) AS replies_to_other,
       coalesce(e.turn_chances, 0) AS turn_chances,
       coalesce(e.turns, 0) AS turns,
       coalesce(e.stance_replies, 0) AS stance_replies,
       coalesce(e.cross_replies, 0) AS cross_replies,
       coalesce(e.self_replies, 0) AS self_replies,
       coalesce(e.replied_any, 0) AS replied_any,
       coalesce(d.pairs, 0) AS pairs,
       coalesce(d.pairs_returned, 0) AS pairs_returned
FROM (
  SELECT thread, sum(comments) AS comments, sum(upheld) AS upheld,
         sum(stance_for) AS stance_for, sum(stance_against) AS stance_against,
         sum(CASE WHEN person IS NULL THEN 0 ELSE 1 END) AS authors,
         coalesce(max(CASE WHEN person IS NULL THEN 0 ELSE comments END), 0)
           AS top_author_comments
  FROM (
    SELECT thread, person, count(*) AS comments, sum(upheld) AS upheld,
           sum(CASE WHEN stance = 1 THEN 1 ELSE 0 END) AS stance_for,
           sum(CASE WHEN stance = -1 THEN 1 ELSE 0 END) AS stance_against
    FROM nodes GROUP BY thread, person
  ) AS own
  GROUP BY thread
) AS n
LEFT JOIN (
  SELECT thread, count(*) AS replied_any, sum(answered_by_other) AS answered_by_other,
         sum(replies_to_other) AS replies_to_other, sum(turn_chances) AS turn_chances,
         sum(turns) AS turns, sum(stance_replies) AS stance_replies,
         sum(cross_replies) AS cross_replies, sum(self_replies) AS self_replies
  FROM heard
  GROUP BY thread
) AS e ON e.thread = n.thread
LEFT JOIN (
  SELECT thread, sum(forth + back) AS pairs, sum(2 * forth * back) AS pairs_returned
  FROM thread_pairs
  GROUP BY thread
) AS d ON d.thread = n.thread
