-- output: active_facts
-- kind: facts
-- inputs: person_facts
-- How many people took part in so many weeks.
SELECT active_weeks, count(*) AS people FROM person_facts GROUP BY active_weeks
