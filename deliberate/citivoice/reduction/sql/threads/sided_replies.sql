-- output: sided_replies
-- kind: table
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: reply_edges, standing_sides
-- Replies between two people who both took sides: how many crossed, and in millionths how many
-- would have if each had chosen among the sided comments of others that stood there.
SELECT thread, count(*) AS sided_replies,
       sum(CASE WHEN side = side_answered THEN 0 ELSE 1 END) AS cross_sided,
       sum(CAST(floor(1000000 * CAST(others - alike AS DOUBLE) / others + 0.5) AS BIGINT))
         AS chance_millionths
FROM (
  SELECT e.thread, e.side, e.side_answered,
         s.standing - s.own AS others, s.standing_alike - s.own_alike AS alike
  FROM reply_edges AS e
  JOIN standing_sides AS s ON s.seq = e.seq
  WHERE e.other = 1 AND e.side * e.side_answered <> 0
) AS chosen
WHERE others > 0
GROUP BY thread
