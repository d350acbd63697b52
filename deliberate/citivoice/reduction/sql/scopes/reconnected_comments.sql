-- output: reconnected_comments
-- kind: levels from reconnected_roots
-- scopes: without_top5, without_new, verified_only
-- inputs: scope_comments, counted.cut_comments
-- One level further down: replies to comments that are on or below a cycle no longer.
SELECT c.seq
FROM scope_comments AS c
JOIN counted.cut_comments AS k ON k.seq = c.seq
JOIN frontier AS f ON f.seq = c.up
