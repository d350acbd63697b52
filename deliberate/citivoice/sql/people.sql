-- Every account with a whole number of its own: the place of its first act in the log.
SELECT l.actor_id,
       min(l.seq) AS person,
       min(c.h) AS first_h,
       max(r.becomes) AS becomes,
       max(r.reason) AS reason
FROM log AS l
JOIN clock AS c ON c.hour = date_trunc('hour', l.occurred_at)
LEFT JOIN reclassified AS r ON r.actor_id = l.actor_id
WHERE l.actor_id IS NOT NULL
GROUP BY l.actor_id
