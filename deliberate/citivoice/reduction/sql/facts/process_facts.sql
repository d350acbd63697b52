-- output: process_facts
-- kind: facts
-- scopes: everyone, counted
-- inputs: pair_facts, talker_facts, latency_facts, moderation_facts, recent_facts, meeting_facts, opened_facts
-- The totals of the process, in one row.
SELECT p.pairs_directed, p.pairs_undirected, p.pairs_mutual, t.pair_people, l.latency_low,
       l.latency_high, m.moderators, m.moderation_decisions, r.active_last4, h.meetings,
       h.meetings_minuted, o.releases
FROM pair_facts AS p
JOIN talker_facts AS t ON 1 = 1
JOIN latency_facts AS l ON 1 = 1
JOIN moderation_facts AS m ON 1 = 1
JOIN recent_facts AS r ON 1 = 1
JOIN meeting_facts AS h ON 1 = 1
JOIN opened_facts AS o ON 1 = 1
