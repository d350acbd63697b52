-- output: joint_comments
-- kind: table
-- inputs: linked_posts, coauthors
-- Comments of the authors of a proposal with several, and whether they answer one of these too.
SELECT c.seq, max(CASE WHEN b.person IS NULL THEN 0 ELSE 1 END) AS among_authors
FROM linked_posts AS c
JOIN coauthors AS a
  ON a.thread = c.thread AND a.person = c.person AND a.since < c.seq
 AND (a.until IS NULL OR c.seq < a.until)
LEFT JOIN coauthors AS b
  ON b.thread = c.thread AND b.person = c.p_person AND b.since < c.seq
 AND (b.until IS NULL OR c.seq < b.until)
GROUP BY c.seq
