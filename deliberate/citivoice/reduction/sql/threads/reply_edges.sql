-- output: reply_edges
-- kind: view
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: nodes
-- Replies with the person answered. Those among the authors of one proposal answer no other.
SELECT seq, thread, up, person, answered, stance, stance_answered,
       side, side_answered, second, second_answered, before,
       CASE WHEN person <> answered AND among_authors = 0 THEN 1 ELSE 0 END AS other,
       CASE WHEN person = answered OR among_authors = 1 THEN 1 ELSE 0 END AS own
FROM nodes
WHERE up IS NOT NULL
