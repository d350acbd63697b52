-- output: most_active_authors
-- kind: table
-- inputs: posts
-- The five people with the most counted comments; among equals those who came first.
SELECT person
FROM (
  SELECT person, row_number() OVER (ORDER BY comments DESC, came) AS place
  FROM (
    SELECT person, count(*) AS comments, min(seq) AS came
    FROM posts WHERE counted = 1 AND person IS NOT NULL GROUP BY person
  ) AS voices
) AS ranked
WHERE place <= 5
