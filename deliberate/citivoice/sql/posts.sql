-- Comments that keep their place: all but those hidden as spam or as a test.
SELECT a.seq, a.subject_id, a.parent_id, a.thread, a.person, a.stance, a.second,
       a.h, a.span, a.pos, a.day, a.week, a.month, a.counted, a.alone, a.staff, a.reason, a.settled,
       coalesce(m.upheld, 0) AS upheld
FROM acts AS a
LEFT JOIN moderated AS m ON m.subject_id = a.subject_id
WHERE a.kind = 'comment.posted' AND a.thread IS NOT NULL AND coalesce(m.spam, 0) = 0
