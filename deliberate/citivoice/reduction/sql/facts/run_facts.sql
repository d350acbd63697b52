-- output: run_facts
-- kind: facts
-- scopes: pair_cap_3, without_top5, without_new, verified_only
-- inputs: thread_counts, counted.thread_counts, changed_threads
-- Threads of one sensitivity run, the scored counts alone: changed threads are counted again, the
-- others are as counted.
SELECT comments, authors, top_author_comments, answered_by_other, replies_to_other,
       turn_chances, turns, pairs, pairs_returned, stance_for, stance_against,
       stance_replies, cross_replies, side_for, side_against, sided_replies, cross_sided,
       chance_millionths
FROM thread_counts
UNION ALL
SELECT comments, authors, top_author_comments, answered_by_other, replies_to_other,
       turn_chances, turns, pairs, pairs_returned, stance_for, stance_against,
       stance_replies, cross_replies, side_for, side_against, sided_replies, cross_sided,
       chance_millionths
FROM counted.thread_counts
WHERE thread NOT IN (SELECT thread FROM changed_threads)
