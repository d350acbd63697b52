-- output: reply_edges
-- kind: view
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: nodes
-- Replies with the person answered.
SELECT seq, thread, up, person, answered, stance, stance_answered,
       side, side_answered, second, second_answered, before,
       CASE WHEN person <> answered THEN 1 ELSE 0 END AS other
FROM nodes
WHERE up IS NOT NULL
