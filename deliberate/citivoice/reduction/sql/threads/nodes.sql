-- output: nodes
-- kind: view
-- scopes: everyone, counted, without_top5, without_new, verified_only
-- inputs: scope_comments, cut_comments
-- The comments that are counted: on or below a cycle their links are cut.
SELECT l.seq, l.thread, l.person, l.stance, l.side, l.second, l.upheld, l.is_reply,
       CASE WHEN k.seq IS NULL THEN l.up END AS up,
       l.answered, l.stance_answered, l.side_answered, l.second_answered,
       l.among_authors,
       CASE WHEN k.seq IS NULL THEN l.before END AS before
FROM scope_comments AS l
LEFT JOIN cut_comments AS k ON k.seq = l.seq
