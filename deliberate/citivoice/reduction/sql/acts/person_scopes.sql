-- output: person_scopes
-- kind: view
-- inputs: none
-- The scopes in which people are counted: whether the five most active authors are left out, and
-- whether all are who were not verified.
SELECT 'counted' AS scope, 0 AS drop_loud, 0 AS least_verified
UNION ALL SELECT 'without_top5', 1, 0
UNION ALL SELECT 'verified_only', 0, 1
