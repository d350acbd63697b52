-- output: author_months
-- kind: table
-- scopes: everyone, counted
-- inputs: selection
-- Who commented in which month: how often, and on which first and last day.
SELECT person, month, count(*) AS comments, min(day) AS first_day, max(day) AS last_day
FROM selection
GROUP BY person, month
