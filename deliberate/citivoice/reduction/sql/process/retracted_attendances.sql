-- output: retracted_attendances
-- kind: table
-- inputs: acts
-- Attendances of meetings that do not count: all of a person at a meeting but the last, and the
-- last one too if it was taken back.
SELECT n.seq
FROM acts AS n
JOIN (
  SELECT person, subject_id, max(seq) AS seq
  FROM acts WHERE kind IN ('attendance.noted', 'attendance.retracted')
  GROUP BY person, subject_id
) AS l ON l.person = n.person AND l.subject_id = n.subject_id AND l.seq > n.seq
WHERE n.kind = 'attendance.noted'
