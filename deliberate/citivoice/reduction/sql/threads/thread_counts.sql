-- output: thread_counts
-- kind: table
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: nodes, answered_comments, reply_edges, thread_pairs, sided_replies
-- The scored counts of one scope, a row for each thread with a comment.
SELECT n.thread, n.comments, n.stance_for, n.stance_against,
       n.side_for, n.side_against, n.upheld,
       v.authors, v.top_author_comments,
       coalesce(h.answered_by_other, 0) AS answered_by_other,
       coalesce(e.replies_to_other, 0) AS replies_to_other,
       coalesce(e.turn_chances, 0) AS turn_chances,
       coalesce(e.turns, 0) AS turns,
       coalesce(e.stance_replies, 0) AS stance_replies,
       coalesce(e.cross_replies, 0) AS cross_replies,
       coalesce(e.self_replies, 0) AS self_replies,
       coalesce(h.replied_any, 0) AS replied_any,
       coalesce(d.pairs, 0) AS pairs,
       coalesce(d.pairs_returned, 0) AS pairs_returned,
       coalesce(s.sided_replies, 0) AS sided_replies,
       coalesce(s.cross_sided, 0) AS cross_sided,
       coalesce(s.chance_millionths, 0) AS chance_millionths
FROM (
  SELECT thread, count(*) AS comments, sum(upheld) AS upheld,
         count(CASE WHEN stance = 1 THEN 1 END) AS stance_for,
         count(CASE WHEN stance = -1 THEN 1 END) AS stance_against,
         count(CASE WHEN side = 1 THEN 1 END) AS side_for,
         count(CASE WHEN side = -1 THEN 1 END) AS side_against
  FROM nodes GROUP BY thread
) AS n
JOIN (
  SELECT thread, count(person) AS authors,
         coalesce(max(CASE WHEN person IS NULL THEN 0 ELSE comments END), 0)
           AS top_author_comments
  FROM (SELECT thread, person, count(*) AS comments FROM nodes GROUP BY thread, person) AS own
  GROUP BY thread
) AS v ON v.thread = n.thread
LEFT JOIN (
  SELECT thread, count(*) AS replied_any, sum(by_other) AS answered_by_other
  FROM answered_comments
  GROUP BY thread
) AS h ON h.thread = n.thread
LEFT JOIN (
  SELECT thread, sum(other) AS replies_to_other, count(before) AS turn_chances,
         count(CASE WHEN other = 1 AND person = before THEN 1 END) AS turns,
         count(CASE WHEN other = 1 AND stance * stance_answered <> 0 THEN 1 END)
           AS stance_replies,
         count(CASE WHEN other = 1 AND stance * stance_answered = -1 THEN 1 END)
           AS cross_replies,
         sum(own) AS self_replies
  FROM reply_edges
  GROUP BY thread
) AS e ON e.thread = n.thread
LEFT JOIN (
  SELECT thread, sum(forth + back) AS pairs, sum(2 * forth * back) AS pairs_returned
  FROM thread_pairs
  GROUP BY thread
) AS d ON d.thread = n.thread
LEFT JOIN sided_replies AS s ON s.thread = n.thread
