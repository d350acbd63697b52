-- Replies beyond the third between the same two people in a thread.
SELECT seq
FROM (
  SELECT seq, row_number() OVER (
           PARTITION BY thread, CASE WHEN person < answered THEN person ELSE answered END,
                        CASE WHEN person < answered THEN answered ELSE person END
           ORDER BY seq) AS place
  FROM edges
  WHERE other = 1
) AS replies
WHERE place > 3
