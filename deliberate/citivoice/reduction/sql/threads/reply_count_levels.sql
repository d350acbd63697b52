-- output: reply_count_levels
-- kind: levels from reply_counts
-- scopes: everyone, counted
-- inputs: scope_replies
-- One level further up: what hangs below hands its number to the comment above.
SELECT r.up AS seq, sum(f.below) AS below
FROM frontier AS f
JOIN scope_replies AS r ON r.seq = f.seq
GROUP BY r.up
