-- output: group_facts
-- kind: facts
-- inputs: log, person_facts
-- People taking part by the groups and districts they declared themselves.
SELECT field, band, count(*) AS people
FROM (
  SELECT p.person, g.field, g.band,
         row_number() OVER (PARTITION BY p.person, g.field ORDER BY g.seq DESC) AS latest
  FROM (
    SELECT seq, actor_id, json_extract_string(details, '$.field') AS field,
           json_extract_string(details, '$.band') AS band
    FROM log WHERE kind = 'group.declared'
  ) AS g
  JOIN person_facts AS p ON p.actor_id = g.actor_id
) AS declared
WHERE latest = 1 AND field IS NOT NULL AND band IS NOT NULL
GROUP BY field, band
