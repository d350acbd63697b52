-- output: nodes
-- kind: view
-- scopes: pair_cap_3
-- inputs: counted.nodes, changed_threads, capped_replies
-- The threads in which two people talked much, as if what they say beyond three replies
-- answered nobody.
SELECT n.seq, n.thread, n.person, n.stance, n.side, n.second, n.upheld, n.is_reply, n.up,
       CASE WHEN m.seq IS NULL THEN n.answered END AS answered,
       n.stance_answered, n.side_answered, n.second_answered, n.among_authors, n.before
FROM counted.nodes AS n
JOIN changed_threads AS t ON t.thread = n.thread
LEFT JOIN capped_replies AS m ON m.seq = n.seq
