-- Who commented in which month: how often, and on which first and last day.
SELECT person, month, count(*) AS comments, min(day) AS first_day, max(day) AS last_day
FROM scope_selection
GROUP BY person, month
