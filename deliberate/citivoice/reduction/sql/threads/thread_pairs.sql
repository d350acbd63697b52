-- output: thread_pairs
-- kind: table
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: reply_edges
-- Who talked with whom in a thread, how often, and which of the two replied.
SELECT thread, lower_person, upper_person, count(*) AS times, max(forth) AS forth, max(back) AS back
FROM (
  SELECT thread,
         CASE WHEN person < answered THEN person ELSE answered END AS lower_person,
         CASE WHEN person < answered THEN answered ELSE person END AS upper_person,
         CASE WHEN person < answered THEN 1 ELSE 0 END AS forth,
         CASE WHEN person < answered THEN 0 ELSE 1 END AS back
  FROM reply_edges
  WHERE other = 1
) AS replies
GROUP BY thread, lower_person, upper_person
