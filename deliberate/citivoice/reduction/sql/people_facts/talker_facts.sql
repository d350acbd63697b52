-- output: talker_facts
-- kind: table
-- scopes: everyone, counted
-- inputs: thread_pairs
-- People who replied or were replied to.
SELECT count(*) AS pair_people
FROM (SELECT lower_person FROM thread_pairs UNION SELECT upper_person FROM thread_pairs) AS people
