-- output: people
-- kind: table
-- inputs: log, hour_calendar, reclassified, verified
-- Every account with a whole number of its own, in the order of their first acts in the log.
SELECT a.actor_id, CAST(row_number() OVER (ORDER BY a.came) AS INTEGER) AS person,
       c.h AS first_h, r.becomes, r.reason,
       CAST(CASE WHEN v.actor_id IS NULL THEN 0 ELSE 1 END AS TINYINT) AS verified
FROM (
  SELECT actor_id, min(seq) AS came, min(occurred_at) AS first
  FROM log
  WHERE actor_id IS NOT NULL
  GROUP BY actor_id
) AS a
JOIN hour_calendar AS c ON c.hour = date_trunc('hour', a.first)
LEFT JOIN reclassified AS r ON r.actor_id = a.actor_id
LEFT JOIN verified AS v ON v.actor_id = a.actor_id
