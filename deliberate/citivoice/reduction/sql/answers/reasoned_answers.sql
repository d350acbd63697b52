-- output: reasoned_answers
-- kind: table
-- inputs: acts
-- Answers with a reason: when, and the ids of the contributions they name between commas.
SELECT h, replace(replace(replace(json_extract_string(details, '$.answers'), ' ', ''),
                          '[', ','), ']', ',') AS named
FROM acts
WHERE kind = 'unit.answered'
  AND TRY_CAST(json_extract_string(details, '$.reason_chars') AS BIGINT) > 0
