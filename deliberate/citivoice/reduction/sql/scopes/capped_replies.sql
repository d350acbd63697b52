-- output: capped_replies
-- kind: table
-- scopes: pair_cap_3
-- inputs: counted.reply_edges, counted.thread_pairs
-- Replies beyond the third between the same two people in a thread.
SELECT seq
FROM (
  SELECT r.seq, row_number() OVER (
           PARTITION BY r.thread, r.lower_person, r.upper_person ORDER BY r.seq) AS place
  FROM (
    SELECT seq, thread, CASE WHEN person < answered THEN person ELSE answered END AS lower_person,
           CASE WHEN person < answered THEN answered ELSE person END AS upper_person
    FROM counted.reply_edges
    WHERE other = 1
  ) AS r
  JOIN (
    SELECT thread, lower_person, upper_person FROM counted.thread_pairs WHERE times > 3
  ) AS t ON t.thread = r.thread AND t.lower_person = r.lower_person
        AND t.upper_person = r.upper_person
) AS replies
WHERE place > 3
