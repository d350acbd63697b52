-- output: selection
-- kind: view
-- scopes: counted
-- inputs: comments
-- The comments of residents, with whether the comment answered (p) and its parent's author (b)
-- count.
SELECT *, p_counted AS p_inside, b_counted AS b_inside FROM comments WHERE counted = 1
