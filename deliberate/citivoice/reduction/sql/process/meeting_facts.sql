-- output: meeting_facts
-- kind: table
-- inputs: log
-- Meetings that were held, and those whose minutes are public; what was said of one twice counts
-- once.
SELECT count(*) AS meetings, coalesce(sum(minuted), 0) AS meetings_minuted
FROM (
  SELECT max(CASE WHEN json_extract_string(details, '$.minutes') IN ('true', '1')
                  THEN 1 ELSE 0 END) AS minuted
  FROM log
  WHERE kind = 'meeting.held'
  GROUP BY coalesce(subject_id, CAST(seq AS VARCHAR))
) AS held
