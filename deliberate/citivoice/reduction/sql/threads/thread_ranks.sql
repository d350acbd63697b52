-- output: thread_ranks
-- kind: table
-- scopes: everyone, counted
-- inputs: nodes, author_ranks
-- What each thread adds to the Gini coefficient of comments over authors: the ranks of who wrote.
SELECT n.thread, sum(a.weight) AS rank_sum
FROM nodes AS n
JOIN author_ranks AS a ON a.person = n.person
GROUP BY n.thread
