-- output: answered_comments
-- kind: table
-- scopes: everyone, counted, pair_cap_3, without_top5, without_new, verified_only
-- inputs: reply_edges
-- Each comment that was replied to: how often, and whether by another.
SELECT thread, up, count(*) AS below, max(other) AS by_other
FROM reply_edges
GROUP BY thread, up
