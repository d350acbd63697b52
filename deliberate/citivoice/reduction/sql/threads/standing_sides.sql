-- output: standing_sides
-- kind: view
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: nodes
-- Comments with a side, and what stood in the thread before each, hour by hour: both sides by
-- anyone, and by its author.
SELECT seq,
       sum(CASE WHEN side = 1 THEN 1 ELSE 0 END) OVER thread_so_far AS standing_for,
       sum(CASE WHEN side = -1 THEN 1 ELSE 0 END) OVER thread_so_far AS standing_against,
       sum(CASE WHEN side = 1 THEN 1 ELSE 0 END) OVER author_so_far AS own_for,
       sum(CASE WHEN side = -1 THEN 1 ELSE 0 END) OVER author_so_far AS own_against
FROM nodes
WHERE side <> 0
WINDOW thread_so_far AS (PARTITION BY thread ORDER BY second - second % 3600, seq
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
       author_so_far AS (PARTITION BY thread, person ORDER BY second - second % 3600, seq
                         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
