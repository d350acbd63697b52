-- output: thread_shape
-- kind: table
-- scopes: everyone, counted
-- inputs: node_levels, nodes, thread_counts, descendant_counts
-- The shape of one scope's threads: shown, never scored.
SELECT w.thread, w.max_depth, w.max_width, w.level_sum, w.h_index, w.h_index_first_fail,
       n.roots, n.replies, n.orphans,
       CASE WHEN n.orphans > 0 THEN NULL ELSE coalesce(n.distance_sum, 0) END AS distance_sum
FROM (
  SELECT thread, max(level) - 1 AS max_depth, max(width) AS max_width,
         sum(level * width) AS level_sum,
         max(CASE WHEN width >= level THEN level ELSE 0 END) AS h_index,
         max(CASE WHEN width >= level AND level = reached THEN level ELSE 0 END)
           AS h_index_first_fail
  FROM (
    SELECT thread, level, width,
           sum(CASE WHEN width >= level THEN 1 ELSE 0 END)
             OVER (PARTITION BY thread ORDER BY level
                   ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS reached
    FROM (SELECT thread, level, count(*) AS width FROM node_levels GROUP BY thread, level) AS levels
  ) AS filled
  GROUP BY thread
) AS w
JOIN (
  SELECT x.thread, sum(1 - x.is_reply) AS roots, sum(x.is_reply) AS replies,
         sum(CASE WHEN x.is_reply = 1 AND x.up IS NULL THEN 1 ELSE 0 END) AS orphans,
         sum((1 + coalesce(b.below, 0)) * (t.comments - coalesce(b.below, 0))) AS distance_sum
  FROM nodes AS x
  JOIN thread_counts AS t ON t.thread = x.thread
  LEFT JOIN descendant_counts AS b ON b.seq = x.seq
  GROUP BY x.thread
) AS n ON n.thread = w.thread
