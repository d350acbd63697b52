-- output: contributions
-- kind: table
-- inputs: acts, log
-- Comments, questions and amendments of participants on units of draft texts, but for those that
-- their authors withdrew.
SELECT a.subject_id, json_extract_string(a.details, '$.unit') AS unit, a.h
FROM acts AS a
JOIN log AS l ON l.seq = a.seq AND l.subject_type = 'unit_contribution'
LEFT JOIN (
  SELECT DISTINCT subject_id
  FROM log
  WHERE kind IN ('amendment.withdrawn', 'comment.withdrawn')
    AND subject_type = 'unit_contribution'
) AS w ON w.subject_id = a.subject_id
WHERE a.kind IN ('amendment.proposed', 'comment.posted') AND a.counted = 1
  AND w.subject_id IS NULL AND json_extract_string(a.details, '$.unit') IS NOT NULL
