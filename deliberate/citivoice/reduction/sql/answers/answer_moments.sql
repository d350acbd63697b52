-- output: answer_moments
-- kind: table
-- inputs: waiting_times, usual_answer_time
-- First answers followed for 28 days, and for unanswered proposals the moment at which
-- answers usually came.
SELECT thread, 0 AS control, pos, answered AS h, CAST(floor(answered / 672) AS BIGINT) AS span
FROM waiting_times
WHERE is_answered = 1 AND answered + 672 <= as_of
UNION ALL
SELECT w.thread, 1 AS control, (w.asked + p.hours) * 4294967296 AS pos, w.asked + p.hours AS h,
       CAST(floor((w.asked + p.hours) / 672) AS BIGINT) AS span
FROM waiting_times AS w
JOIN usual_answer_time AS p ON w.asked + p.hours + 672 <= w.as_of
WHERE w.is_answered = 0
