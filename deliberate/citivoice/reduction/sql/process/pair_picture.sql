-- output: pair_picture
-- kind: facts
-- scopes: counted
-- inputs: thread_pairs
-- The pairs of people who talked in the most threads, and whether both replied: for a picture.
SELECT lower_person, upper_person, count(*) AS threads, max(forth) * max(back) AS mutual
FROM thread_pairs
GROUP BY lower_person, upper_person
ORDER BY threads DESC, mutual DESC, lower_person, upper_person
LIMIT 120
