-- output: clocks
-- kind: levels from clock_starts
-- inputs: merged_proposals
-- A merged proposal's clock goes on in its target, if it runs longer than the target's own.
SELECT m.target AS thread, min(f.h) AS h
FROM frontier AS f
JOIN merged_proposals AS m ON m.thread = f.thread
LEFT JOIN (SELECT thread, min(h) AS h FROM clocks GROUP BY thread) AS k ON k.thread = m.target
WHERE m.target IS NOT NULL AND (k.h IS NULL OR f.h < k.h)
GROUP BY m.target
