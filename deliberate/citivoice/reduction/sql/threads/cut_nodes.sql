-- The comments of a scope with cycles: what no root leads to is on or below one, its links cut.
SELECT l.seq, l.thread, l.person, l.stance, l.second, l.upheld, l.is_reply,
       CASE WHEN p.seq IS NOT NULL THEN l.up END AS up,
       l.answered, l.stance_answered, l.second_answered,
       CASE WHEN p.seq IS NOT NULL THEN l.before END AS before
FROM scope_comments AS l
LEFT JOIN node_levels AS p ON p.seq = l.seq
