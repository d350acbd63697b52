-- Who replied to whom, once a thread.
SELECT DISTINCT thread, person, answered FROM edges WHERE other = 1
