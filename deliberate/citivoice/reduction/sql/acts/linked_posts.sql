-- output: linked_posts
-- kind: table
-- inputs: posts, parents, most_active_authors
-- Comments tied to the one they reply to (none if it is absent, itself or in another proposal)
-- and its author (p), with the scopes and runs in which both count.
SELECT c.seq, c.thread, c.person, c.stance, c.side, c.second, c.day, c.month, c.upheld, c.is_reply,
       c.counted, CAST(c.counted * c.settled AS TINYINT) AS settled,
       CAST(c.counted * c.verified AS TINYINT) AS verified,
       CAST(CASE WHEN l.person IS NULL THEN c.counted ELSE 0 END AS TINYINT) AS quiet,
       p.seq AS parent, p.person AS p_person, p.stance AS p_stance, p.side AS p_side, p.second AS p_second,
       p.is_reply AS p_is_reply, p.counted AS p_counted,
       CAST(p.counted * p.settled AS TINYINT) AS p_settled,
       CAST(p.counted * p.verified AS TINYINT) AS p_verified,
       CAST(CASE WHEN k.person IS NULL THEN p.counted ELSE 0 END AS TINYINT) AS p_quiet
FROM posts AS c
LEFT JOIN parents AS f ON f.seq = c.seq AND f.parent <> c.seq
LEFT JOIN posts AS p ON p.seq = f.parent
LEFT JOIN most_active_authors AS l ON l.person = c.person
LEFT JOIN most_active_authors AS k ON k.person = p.person
