-- Threads of one sensitivity run: the scored counts alone.
SELECT comments, authors, top_author_comments, answered_by_other, replies_to_other,
       turn_chances, turns, pairs, pairs_returned, stance_for, stance_against,
       stance_replies, cross_replies
FROM thread_counts
