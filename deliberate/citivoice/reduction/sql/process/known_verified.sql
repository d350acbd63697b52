-- output: known_verified
-- kind: table
-- inputs: verified
-- How many accounts the source knows to be verified.
SELECT count(*) AS accounts FROM verified
