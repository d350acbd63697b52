-- output: moderation_facts
-- kind: table
-- inputs: log
-- Moderators and their decisions.
SELECT count(DISTINCT actor_id) AS moderators, count(*) AS moderation_decisions
FROM log
WHERE kind IN ('comment.hidden', 'comment.kept', 'comment.restored')
