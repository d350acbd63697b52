-- output: verification_facts
-- kind: facts
-- inputs: known_verified, verified_talk, verified_people
-- What is known of who took part: verified accounts, people and comments.
SELECT k.accounts, p.people, p.verified_people, t.comments, t.verified_comments
FROM known_verified AS k
JOIN verified_talk AS t ON 1 = 1
JOIN verified_people AS p ON 1 = 1
