-- The comments of one scope, each tied to the one it replies to within that scope.
SELECT c.seq, c.thread, c.person, c.stance, c.second, c.upheld, c.is_reply, p.seq AS up
FROM kept AS c
LEFT JOIN kept AS p ON p.seq = c.parent
