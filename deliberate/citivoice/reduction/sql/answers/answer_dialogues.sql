-- output: answer_dialogues
-- kind: table
-- inputs: answer_moments, posts
-- Answers after which a resident wrote and then staff, all within 28 days.
SELECT thread
FROM (
  SELECT thread, min(CASE WHEN counted = 1 THEN pos END) AS resident,
         max(CASE WHEN staff = 1 THEN pos END) AS staff
  FROM (
    SELECT m.thread, p.counted, p.staff, p.h * 4294967296 + p.seq AS pos, m.pos AS answered
    FROM answer_moments AS m
    JOIN posts AS p ON p.thread = m.thread AND p.h BETWEEN m.h AND m.h + 672
    WHERE m.control = 0
  ) AS said
  WHERE pos > answered
  GROUP BY thread
) AS talks
WHERE staff > resident
