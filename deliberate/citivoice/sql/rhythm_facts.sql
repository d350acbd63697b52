-- The gaps in hours between the comments of people with six or more: number, sum, squares.
SELECT gaps, gap_sum, gap_squares, count(*) AS people
FROM (
  SELECT person, count(*) AS gaps, sum(gap) AS gap_sum, sum(gap * gap) AS gap_squares
  FROM (
    SELECT person, h - lag(h) OVER (PARTITION BY person ORDER BY h, seq) AS gap
    FROM posts WHERE counted = 1 AND person IS NOT NULL
  ) AS spaced
  WHERE gap IS NOT NULL
  GROUP BY person
  HAVING count(*) >= 5
) AS rhythm
GROUP BY gaps, gap_sum, gap_squares
