-- output: month_facts
-- kind: facts
-- scopes: everyone, counted
-- inputs: author_months
-- Month by month: comments, authors, and how many of these wrote in the next month too.
SELECT m.month, sum(m.comments) AS comments,
       sum(CASE WHEN m.person IS NULL THEN 0 ELSE 1 END) AS authors,
       sum(CASE WHEN n.person IS NULL THEN 0 ELSE 1 END) AS kept_next
FROM author_months AS m
LEFT JOIN author_months AS n ON n.person = m.person AND n.month = m.month + 1
GROUP BY m.month
