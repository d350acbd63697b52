-- output: posts
-- kind: table
-- inputs: acts, moderated_comments
-- Comments that keep their place: all but those hidden as spam or as a test. A reply that takes
-- no side has that of its author's last word in the thread before it.
SELECT a.seq, a.subject_id, a.parent_id, a.thread, a.person, a.stance,
       CAST(coalesce(CASE WHEN a.parent_id IS NOT NULL AND a.person IS NOT NULL
                            AND coalesce(a.stance, 0) = 0
                          THEN max(CASE WHEN a.parent_id IS NULL OR a.stance <> 0
                                        THEN a.pos * 4 + a.stance + 1 END)
                                 OVER (PARTITION BY a.thread, a.person ORDER BY a.pos
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) % 4 - 1
                     END, a.stance) AS TINYINT) AS side,
       a.second, a.h,
       a.day, a.week, a.month, a.counted, a.alone, a.staff, a.settled, a.verified,
       CASE WHEN a.counted = 0 THEN a.reason END AS reason,
       CAST(CASE WHEN a.parent_id IS NULL THEN 0 ELSE 1 END AS TINYINT) AS is_reply,
       CAST(coalesce(m.upheld, 0) AS TINYINT) AS upheld
FROM acts AS a
LEFT JOIN moderated_comments AS m ON m.subject_id = a.subject_id
WHERE a.kind = 'comment.posted' AND a.thread IS NOT NULL AND coalesce(m.spam, 0) = 0
