-- output: circle_facts
-- kind: facts
-- inputs: closed_circle
-- The largest circle of accounts that mostly answer one another; none where there is no such.
SELECT accounts, replies_inside, replies_received, replies_given, replies FROM closed_circle
