-- output: selection
-- kind: view
-- scopes: everyone
-- inputs: comments
-- All comments, with whether the comment answered (p) and its parent's author (b) count.
SELECT *, 1 AS p_inside, 1 AS b_inside FROM comments
