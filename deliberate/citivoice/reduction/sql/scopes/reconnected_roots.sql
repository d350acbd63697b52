-- output: reconnected_roots
-- kind: view
-- scopes: without_top5, without_new, verified_only
-- inputs: scope_comments, counted.cut_comments
-- Comments whose link was cut because of a cycle, and whose parent the run leaves out: the cycle
-- ends there.
SELECT c.seq
FROM scope_comments AS c
JOIN counted.cut_comments AS k ON k.seq = c.seq
WHERE c.up IS NULL
