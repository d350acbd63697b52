-- One level further up: what hangs below hands its number to the comment above.
SELECT r.up AS seq, sum(f.below) AS below
FROM frontier AS f
JOIN ancestor_links AS r ON r.seq = f.seq
GROUP BY r.up
