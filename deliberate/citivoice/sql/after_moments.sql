-- Those of them who took part anywhere in the process in the 28 days after.
SELECT b.thread, count(DISTINCT b.person) AS people
FROM (
  SELECT thread, pos, h, person, span FROM before_moments
  UNION ALL
  SELECT thread, pos, h, person, span + 1 FROM before_moments
) AS b
JOIN (
  SELECT person, span, h, max(pos) AS pos FROM steps GROUP BY person, span, h
) AS s ON s.person = b.person AND s.span = b.span AND s.pos > b.pos AND s.h <= b.h + 672
GROUP BY b.thread
