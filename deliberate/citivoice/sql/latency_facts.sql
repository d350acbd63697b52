-- The two middle waiting times, in seconds, from a comment to its earliest direct reply.
SELECT min(waited) AS latency_low, max(waited) AS latency_high
FROM (
  SELECT waited, row_number() OVER (ORDER BY waited) AS place, count(*) OVER () AS total
  FROM (
    SELECT min(c.second) - p.second AS waited
    FROM nodes AS c
    JOIN nodes AS p ON p.seq = c.up
    GROUP BY p.seq, p.second
  ) AS waits
) AS ordered
WHERE place * 2 BETWEEN total AND total + 2
