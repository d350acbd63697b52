-- One level further down: what replies to the comments placed last.
SELECT l.*, f.level + 1 AS level
FROM links AS l
JOIN frontier AS f ON f.seq = l.up
