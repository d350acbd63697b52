-- output: waiting_periods
-- kind: table
-- inputs: clocks, scoring_end, responses, process_acts, merged_proposals
-- Each proposal's waiting: from when, until its first answer or what ended it.
SELECT k.thread, k.h AS asked, r.h AS answered, r.pos, r.seq,
       w.h AS withdrawn, m.h AS merged, e.h AS as_of
FROM (SELECT thread, min(h) AS h FROM clocks GROUP BY thread) AS k
JOIN scoring_end AS e ON 1 = 1
LEFT JOIN (
  SELECT thread, h, pos, seq,
         row_number() OVER (PARTITION BY thread ORDER BY pos) AS place
  FROM responses
  WHERE is_answer = 1
) AS r ON r.thread = k.thread AND r.place = 1
LEFT JOIN (
  SELECT thread, min(h) AS h FROM process_acts WHERE kind = 'proposal.withdrawn' GROUP BY thread
) AS w ON w.thread = k.thread
LEFT JOIN merged_proposals AS m ON m.thread = k.thread
