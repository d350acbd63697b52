-- output: responses_in_force
-- kind: table
-- inputs: responses
-- The response that holds: the last one published.
SELECT thread, decision, reason_chars, grounds, repeats
FROM (
  SELECT thread, decision, reason_chars, grounds, repeats,
         row_number() OVER (PARTITION BY thread ORDER BY is_answer DESC, pos DESC) AS latest
  FROM responses
) AS versions
WHERE latest = 1
