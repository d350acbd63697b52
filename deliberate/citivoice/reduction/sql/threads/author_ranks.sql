-- output: author_ranks
-- kind: table
-- scopes: everyone, counted
-- inputs: author_months
-- The rank of each author by number of comments, as the weight it has in the Gini coefficient:
-- twice the middle of its equals' ranks, minus the number of authors, minus one.
SELECT person,
       2 * count(*) OVER (ORDER BY comments) - count(*) OVER (PARTITION BY comments)
         - count(*) OVER () AS weight
FROM (
  SELECT person, sum(comments) AS comments FROM author_months
  WHERE person IS NOT NULL GROUP BY person
) AS voices
