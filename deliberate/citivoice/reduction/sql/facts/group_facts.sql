-- output: group_facts
-- kind: facts
-- inputs: log, person_facts
-- People taking part by the groups and districts that they declared: the last count of them, and
-- declarations that name a band, which logs of other sources may hold. The band + has the people of
-- all bands of the population without a row of their own: each would be too small to be shown.
-- A new table of the population ends the last count, whose bands are of the table before.
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
UNION ALL
SELECT c.field, c.band, c.people
FROM (
  SELECT seq, json_extract_string(details, '$.field') AS field,
         json_extract_string(details, '$.band') AS band,
         TRY_CAST(json_extract_string(details, '$.people') AS BIGINT) AS people,
         TRY_CAST(json_extract_string(details, '$.round') AS BIGINT) AS round
  FROM log WHERE kind = 'band.counted'
) AS c
JOIN (
  SELECT max(TRY_CAST(json_extract_string(details, '$.round') AS BIGINT)) AS round
  FROM log WHERE kind = 'groups.counted'
) AS last ON last.round = c.round
JOIN (
  SELECT coalesce(max(seq), -1) AS seq FROM log WHERE kind = 'population.stated'
) AS stated ON c.seq > stated.seq
WHERE c.people > 0
