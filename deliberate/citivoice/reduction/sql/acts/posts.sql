-- output: posts
-- kind: table
-- inputs: acts, moderated_comments
-- Comments that keep their place: all but those hidden as spam or as a test.
SELECT a.seq, a.subject_id, a.parent_id, a.thread, a.person, a.stance, a.second, a.h,
       a.day, a.week, a.month, a.counted, a.alone, a.staff, a.settled,
       CASE WHEN a.counted = 0 THEN a.reason END AS reason,
       CAST(CASE WHEN a.parent_id IS NULL THEN 0 ELSE 1 END AS TINYINT) AS is_reply,
       CAST(coalesce(m.upheld, 0) AS TINYINT) AS upheld
FROM acts AS a
LEFT JOIN moderated_comments AS m ON m.subject_id = a.subject_id
WHERE a.kind = 'comment.posted' AND a.thread IS NOT NULL AND coalesce(m.spam, 0) = 0
