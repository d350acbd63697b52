-- Comments that have replies, with how many: the first step of counting what hangs below.
SELECT up AS seq, count(*) AS below FROM hanging GROUP BY up
