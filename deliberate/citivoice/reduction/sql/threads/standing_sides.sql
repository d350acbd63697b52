-- output: standing_sides
-- kind: view
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: nodes
-- Comments with a side, and how many with one stood in the thread by then, hour by hour, this one
-- included: by anyone and by its author, of both sides and of its own.
SELECT seq, standing, standing_alike,
       row_number() OVER (PARTITION BY thread, person ORDER BY standing) AS own,
       row_number() OVER (PARTITION BY thread, person, side ORDER BY standing) AS own_alike
FROM (
  SELECT seq, thread, person, side,
         row_number() OVER (PARTITION BY thread ORDER BY hour, seq) AS standing,
         row_number() OVER (PARTITION BY thread, side ORDER BY hour, seq) AS standing_alike
  FROM (
    SELECT seq, thread, person, side, second - second % 3600 AS hour FROM nodes WHERE side <> 0
  ) AS sided
) AS placed
