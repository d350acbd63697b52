-- Pairs of people with a reply anywhere in the process.
SELECT count(*) AS pairs_directed,
       coalesce(sum(CASE WHEN b.person IS NULL OR a.person < a.answered THEN 1 ELSE 0 END), 0)
         AS pairs_undirected,
       coalesce(sum(CASE WHEN b.person IS NOT NULL AND a.person < a.answered
                         THEN 1 ELSE 0 END), 0) AS pairs_mutual
FROM (SELECT DISTINCT person, answered FROM thread_pairs) AS a
LEFT JOIN (SELECT DISTINCT person, answered FROM thread_pairs) AS b
  ON b.person = a.answered AND b.answered = a.person
