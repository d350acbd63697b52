-- output: thread_facts
-- kind: facts
-- scopes: everyone, counted
-- inputs: proposals, thread_counts, thread_shape, thread_codes, thread_ranks, responses_in_force
-- Every proposal with its thread in one scope.
SELECT p.proposal_id, p.initiator, coalesce(r.decision, p.decision) AS decision,
       coalesce(t.comments, 0) AS comments, coalesce(t.authors, 0) AS authors,
       coalesce(t.top_author_comments, 0) AS top_author_comments,
       coalesce(t.answered_by_other, 0) AS answered_by_other,
       coalesce(t.replies_to_other, 0) AS replies_to_other,
       coalesce(t.turn_chances, 0) AS turn_chances, coalesce(t.turns, 0) AS turns,
       coalesce(t.pairs, 0) AS pairs, coalesce(t.pairs_returned, 0) AS pairs_returned,
       coalesce(t.stance_for, 0) AS stance_for,
       coalesce(t.stance_against, 0) AS stance_against,
       coalesce(t.stance_replies, 0) AS stance_replies,
       coalesce(t.cross_replies, 0) AS cross_replies,
       coalesce(t.side_for, 0) AS side_for, coalesce(t.side_against, 0) AS side_against,
       coalesce(t.sided_replies, 0) AS sided_replies,
       coalesce(t.cross_sided, 0) AS cross_sided,
       coalesce(t.chance_millionths, 0) AS chance_millionths,
       coalesce(g.rank_sum, 0) AS rank_sum,
       coalesce(t.upheld, 0) AS upheld,
       coalesce(c.coded, 0) AS coded, coalesce(c.reason_sum, 0) AS reason_sum,
       coalesce(s.roots, 0) AS roots, coalesce(s.replies, 0) AS replies,
       coalesce(s.orphans, 0) AS orphans, coalesce(t.self_replies, 0) AS self_replies,
       coalesce(t.replied_any, 0) AS replied_any,
       s.max_depth, s.max_width, coalesce(s.level_sum, 0) AS level_sum,
       coalesce(s.h_index, 0) AS h_index,
       coalesce(s.h_index_first_fail, 0) AS h_index_first_fail,
       CASE WHEN s.thread IS NULL THEN 0 ELSE s.distance_sum END AS distance_sum
FROM proposals AS p
LEFT JOIN thread_counts AS t ON t.thread = p.thread
LEFT JOIN thread_shape AS s ON s.thread = p.thread
LEFT JOIN thread_ranks AS g ON g.thread = p.thread
LEFT JOIN thread_codes AS c ON c.thread = p.thread
LEFT JOIN responses_in_force AS r ON r.thread = p.thread
