-- output: responses
-- kind: table
-- inputs: process_acts
-- Official responses; an answer is any but an interim one or a hand-over with a referral.
SELECT a.thread, a.seq, a.h, a.pos, a.subject_id, a.decision, a.reason_chars, a.grounds,
       a.repeats,
       CASE WHEN a.decision = 'needs_study' THEN 0
            WHEN a.decision = 'not_ours' AND f.thread IS NOT NULL THEN 0
            ELSE 1 END AS is_answer
FROM (
  SELECT thread, seq, h, pos, subject_id,
         json_extract_string(details, '$.decision') AS decision,
         coalesce(TRY_CAST(json_extract_string(details, '$.reason_chars') AS BIGINT), 0)
           AS reason_chars,
         coalesce(TRY_CAST(json_extract_string(details, '$.grounds') AS BIGINT), 0) AS grounds,
         coalesce(TRY_CAST(json_extract_string(details, '$.repeats') AS BIGINT), 0) AS repeats
  FROM process_acts
  WHERE kind = 'response.published' AND thread IS NOT NULL
) AS a
LEFT JOIN (
  SELECT DISTINCT thread FROM process_acts WHERE kind = 'proposal.referred' AND thread IS NOT NULL
) AS f ON f.thread = a.thread
