-- output: verified_people
-- kind: table
-- inputs: person_facts
-- How many people took part, and how many of them are verified.
SELECT count(*) AS people, coalesce(sum(verified), 0) AS verified_people FROM person_facts
