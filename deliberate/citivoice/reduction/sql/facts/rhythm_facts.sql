-- output: rhythm_facts
-- kind: facts
-- inputs: posts
-- The gaps in hours between the comments of people with six or more: number, sum, squares.
SELECT gaps, gap_sum, gap_squares, count(*) AS people
FROM (
  SELECT person, count(*) AS gaps, sum(gap) AS gap_sum, sum(gap * gap) AS gap_squares
  FROM (
    SELECT p.person, p.h - lag(p.h) OVER (
             PARTITION BY p.person ORDER BY p.h * 4294967296 + p.seq) AS gap
    FROM posts AS p
    JOIN (
      SELECT person FROM posts WHERE counted = 1 GROUP BY person HAVING count(*) >= 6
    ) AS many ON many.person = p.person
    WHERE p.counted = 1
  ) AS spaced
  WHERE gap IS NOT NULL
  GROUP BY person
) AS rhythm
GROUP BY gaps, gap_sum, gap_squares
