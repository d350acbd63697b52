-- output: pair_facts
-- kind: table
-- scopes: everyone, counted
-- inputs: thread_pairs
-- Pairs of people with a reply anywhere in the process, one way or both ways.
SELECT coalesce(sum(forth + back), 0) AS pairs_directed, count(*) AS pairs_undirected,
       coalesce(sum(forth * back), 0) AS pairs_mutual
FROM (
  SELECT lower_person, upper_person, max(forth) AS forth, max(back) AS back
  FROM thread_pairs
  GROUP BY lower_person, upper_person
) AS pairs
