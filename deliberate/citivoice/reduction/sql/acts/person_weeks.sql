-- output: person_weeks
-- kind: table
-- inputs: participation_acts
-- What each person did in each week.
SELECT person, week, count(*) AS steps, sum(proposal) AS proposals, sum(comment) AS comments,
       sum(support) AS supports, sum(meeting) AS meetings
FROM participation_acts
GROUP BY person, week
