-- Answers after which a resident wrote and then staff, all within 28 days.
SELECT thread
FROM (
  SELECT m.thread, min(CASE WHEN p.counted = 1 THEN p.pos END) AS resident,
         max(CASE WHEN p.staff = 1 THEN p.pos END) AS staff
  FROM moments AS m
  JOIN posts AS p ON p.thread = m.thread AND p.pos > m.pos AND p.h <= m.h + 672
  WHERE m.control = 0
  GROUP BY m.thread
) AS talks
WHERE staff > resident
