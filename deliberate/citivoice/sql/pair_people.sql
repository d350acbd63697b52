-- People who replied or were replied to.
SELECT count(*) AS pair_people
FROM (SELECT person FROM thread_pairs UNION SELECT answered FROM thread_pairs) AS talkers
