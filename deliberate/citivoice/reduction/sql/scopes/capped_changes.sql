-- output: changed_threads
-- kind: table
-- scopes: pair_cap_3
-- inputs: counted.thread_pairs
-- Threads in which two people replied to one another more than three times.
SELECT DISTINCT thread FROM counted.thread_pairs WHERE times > 3
