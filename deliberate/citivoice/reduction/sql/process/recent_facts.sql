-- output: recent_facts
-- kind: table
-- inputs: person_weeks, calendar
-- People who took part in the last four full weeks.
SELECT count(DISTINCT s.person) AS active_last4
FROM person_weeks AS s
JOIN (
  SELECT week, row_number() OVER (ORDER BY week DESC) AS place FROM calendar WHERE is_full = 1
) AS c ON c.week = s.week AND c.place <= 4
