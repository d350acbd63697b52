-- output: thread_codes
-- kind: table
-- inputs: codings
-- Coded comments of each thread, with the sum of both coders' ratings.
SELECT thread, count(*) AS coded, sum(reason_a + reason_b) AS reason_sum
FROM codings
GROUP BY thread
