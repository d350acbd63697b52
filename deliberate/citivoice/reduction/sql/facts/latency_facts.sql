-- output: latency_facts
-- kind: table
-- scopes: everyone, counted
-- inputs: reply_edges
-- The two middle waiting times, in seconds, from a comment to its earliest direct reply.
SELECT min(waited) AS latency_low, max(waited) AS latency_high
FROM (
  SELECT waited, times, sum(times) OVER (ORDER BY waited
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS last,
         sum(times) OVER () AS total
  FROM (
    SELECT waited, count(*) AS times
    FROM (SELECT min(second) - min(second_answered) AS waited FROM reply_edges GROUP BY up) AS waits
    GROUP BY waited
  ) AS lengths
) AS ordered
WHERE last * 2 >= total AND (last - times + 1) * 2 <= total + 2
