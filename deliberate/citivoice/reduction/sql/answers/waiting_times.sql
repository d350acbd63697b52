-- output: waiting_times
-- kind: table
-- inputs: waiting_periods
-- The waiting in hours, and whether an answer ended it.
SELECT thread, as_of - asked AS age_hours, asked, as_of, pos, answered,
       CASE WHEN ended < asked THEN 0 ELSE ended - asked END AS hours,
       CASE WHEN answered IS NOT NULL AND answered <= ended THEN 1 ELSE 0 END AS is_answered
FROM (
  SELECT *, least(coalesce(answered, as_of), coalesce(withdrawn, as_of),
                  coalesce(merged, as_of), as_of) AS ended
  FROM waiting_periods
) AS ends
