-- output: meeting_facts
-- kind: table
-- inputs: log
-- Meetings that were held, and those whose minutes are public and were within ten working days;
-- what was said of one twice counts once. The last correction of a meeting counts in place of what
-- was recorded. Acts that do not state the days are taken as in time.
SELECT count(*) AS meetings,
       coalesce(sum(CASE WHEN coalesce(corrected, minuted) = 1 AND first_days <= 10
                         THEN 1 ELSE 0 END), 0) AS meetings_minuted
FROM (
  SELECT meeting, max(CASE WHEN kind = 'meeting.held' THEN minutes END) AS minuted,
         max(CASE WHEN kind = 'meeting.corrected' AND age = 1 THEN minutes END) AS corrected,
         min(CASE WHEN minutes = 1 THEN days END) AS first_days
  FROM (
    SELECT kind, coalesce(subject_id, CAST(seq AS VARCHAR)) AS meeting,
           CASE WHEN json_extract_string(details, '$.minutes') IN ('true', '1')
                THEN 1 ELSE 0 END AS minutes,
           coalesce(TRY_CAST(json_extract_string(details, '$.working_days') AS BIGINT), 0) AS days,
           row_number() OVER (PARTITION BY kind, subject_id ORDER BY seq DESC) AS age
    FROM log
    WHERE kind IN ('meeting.held', 'meeting.corrected')
  ) AS acts
  GROUP BY meeting
) AS held
WHERE minuted IS NOT NULL
