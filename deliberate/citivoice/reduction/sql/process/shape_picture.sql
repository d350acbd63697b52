-- output: shape_picture
-- kind: facts
-- scopes: counted
-- inputs: node_levels, threads, thread_counts
-- The threads with the most comments, level by level: for a picture.
SELECT t.proposal_id, p.level - 1 AS depth, count(*) AS comments
FROM node_levels AS p
JOIN threads AS t ON t.thread = p.thread
JOIN (
  SELECT thread, comments FROM thread_counts ORDER BY comments DESC, thread LIMIT 6
) AS m ON m.thread = p.thread
GROUP BY t.proposal_id, p.level
