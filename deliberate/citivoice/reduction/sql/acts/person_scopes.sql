-- output: person_scopes
-- kind: view
-- inputs: none
-- The scopes in which people are counted, and whether the five most active authors are left out.
SELECT 'counted' AS scope, 0 AS drop_loud UNION ALL SELECT 'without_top5', 1
