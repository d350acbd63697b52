-- output: explanations
-- kind: table
-- inputs: contributions, acts
-- When each contribution was first named in an answer with a reason. Answers name contributions
-- by a list of ids, which is searched as text.
SELECT c.subject_id, min(a.h) AS h
FROM contributions AS c
JOIN (
  SELECT h, replace(replace(replace(json_extract_string(details, '$.answers'), ' ', ''),
                            '[', ','), ']', ',') AS named
  FROM acts
  WHERE kind = 'unit.answered'
    AND TRY_CAST(json_extract_string(details, '$.reason_chars') AS BIGINT) > 0
) AS a ON a.named LIKE concat('%,', c.subject_id, ',%')
GROUP BY c.subject_id
