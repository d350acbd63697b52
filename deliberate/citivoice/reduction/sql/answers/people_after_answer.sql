-- output: people_after_answer
-- kind: table
-- inputs: people_before_answer, person_spans
-- Those of them who took part anywhere in the process in the 28 days after: later in the span
-- of 28 days in which the moment lies, or early enough in the next one.
SELECT b.thread, count(*) AS people
FROM people_before_answer AS b
LEFT JOIN person_spans AS s ON s.person = b.person AND s.span = b.span
LEFT JOIN person_spans AS n ON n.person = b.person AND n.span = b.span + 1
WHERE s.last_pos > b.pos OR n.first_h <= b.h + 672
GROUP BY b.thread
