-- One level further up: what hangs below hands its number to the comment above.
SELECT n.up AS seq, sum(f.below) AS below
FROM frontier AS f
JOIN nodes AS n ON n.seq = f.seq
WHERE n.up IS NOT NULL
GROUP BY n.up
