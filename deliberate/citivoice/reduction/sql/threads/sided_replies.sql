-- output: sided_replies
-- kind: table
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: reply_edges, standing_sides
-- Replies between two people who both took sides: how many crossed, and in millionths how many
-- would have if each had chosen among the sided comments of others that stood there.
SELECT thread, count(*) AS sided_replies,
       sum(CASE WHEN side = side_answered THEN 0 ELSE 1 END) AS cross_sided,
       sum(CAST(floor(CAST(1000000 * CASE WHEN side = 1 THEN others_against ELSE others_for END
                           AS DOUBLE) / (others_for + others_against) + 0.5) AS BIGINT))
         AS chance_millionths
FROM (
  SELECT e.thread, e.side, e.side_answered,
         s.standing_for - s.own_for AS others_for,
         s.standing_against - s.own_against AS others_against
  FROM reply_edges AS e
  JOIN standing_sides AS s ON s.seq = e.seq
  WHERE e.other = 1 AND e.side * e.side_answered <> 0
) AS chosen
WHERE others_for + others_against > 0
GROUP BY thread
