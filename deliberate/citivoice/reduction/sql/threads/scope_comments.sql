-- output: scope_comments
-- kind: view
-- scopes: everyone, counted, without_top5, without_new, verified_only
-- inputs: selection
-- The comments of one scope; a parent outside it makes an orphan.
SELECT seq, thread, person, stance, side, second, upheld, is_reply,
       CASE WHEN p_inside = 1 THEN parent END AS up,
       p_person AS answered, p_stance AS stance_answered, p_side AS side_answered,
       p_second AS second_answered,
       among_authors,
       CASE WHEN b_inside = 1 THEN b_person END AS before
FROM selection
