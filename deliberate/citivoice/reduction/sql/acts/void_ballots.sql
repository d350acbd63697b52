-- output: void_ballots
-- kind: table
-- inputs: acts
-- Ballots entered at an office to which the person in whose name they were entered objected: the
-- last one before the objection, in the poll it names.
SELECT DISTINCT b.seq
FROM (
  SELECT o.seq AS objection, max(c.seq) AS seq
  FROM acts AS o
  JOIN acts AS c ON c.kind = 'ballot.cast' AND c.person = o.person AND c.seq < o.seq
   AND json_extract_string(c.details, '$.clerk') IS NOT NULL
   AND coalesce(json_extract_string(o.details, '$.poll'), c.subject_id) = c.subject_id
  WHERE o.kind = 'ballot.objected'
    AND coalesce(json_extract_string(o.details, '$.counted'), 'true') NOT IN ('false', '0')
  GROUP BY o.seq
) AS b
