-- output: directed_pairs
-- kind: table
-- inputs: counted.reply_edges
-- Who replied to whom, how often, over all threads.
SELECT person, answered, count(*) AS replies
FROM counted.reply_edges
WHERE other = 1
GROUP BY person, answered
