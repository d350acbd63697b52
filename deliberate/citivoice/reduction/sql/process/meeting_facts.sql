-- output: meeting_facts
-- kind: table
-- inputs: log
-- Meetings that were held, and those whose minutes are public; what was said of one twice counts
-- once. The last correction of a meeting counts in place of what was recorded.
SELECT count(*) AS meetings, coalesce(sum(coalesce(corrected, minuted)), 0) AS meetings_minuted
FROM (
  SELECT meeting, max(CASE WHEN kind = 'meeting.held' THEN minutes END) AS minuted,
         max(CASE WHEN kind = 'meeting.corrected' AND age = 1 THEN minutes END) AS corrected
  FROM (
    SELECT kind, coalesce(subject_id, CAST(seq AS VARCHAR)) AS meeting,
           CASE WHEN json_extract_string(details, '$.minutes') IN ('true', '1')
                THEN 1 ELSE 0 END AS minutes,
           row_number() OVER (PARTITION BY kind, subject_id ORDER BY seq DESC) AS age
    FROM log
    WHERE kind IN ('meeting.held', 'meeting.corrected')
  ) AS acts
  GROUP BY meeting
) AS held
WHERE minuted IS NOT NULL
