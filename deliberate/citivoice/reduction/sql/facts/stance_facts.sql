-- output: stance_facts
-- kind: facts
-- scopes: everyone, counted
-- inputs: nodes, descendant_counts
-- Comments on the proposal by stance: how many were replied to, how many hang below.
SELECT n.stance, count(*) AS roots,
       sum(CASE WHEN b.below > 0 THEN 1 ELSE 0 END) AS replied,
       coalesce(sum(b.below), 0) AS descendants
FROM nodes AS n
LEFT JOIN descendant_counts AS b ON b.seq = n.seq
WHERE n.is_reply = 0
GROUP BY n.stance
