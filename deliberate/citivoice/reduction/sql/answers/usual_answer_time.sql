-- output: usual_answer_time
-- kind: table
-- inputs: waiting_times, proposals
-- The lower median of the hours until a proposal that is not the authority's was answered.
SELECT hours
FROM (
  SELECT w.hours, row_number() OVER (ORDER BY w.hours) AS place, count(*) OVER () AS answers
  FROM waiting_times AS w
  JOIN proposals AS p ON p.thread = w.thread
  WHERE w.is_answered = 1 AND p.initiator <> 'authority'
) AS ordered
WHERE place * 2 BETWEEN answers AND answers + 1
