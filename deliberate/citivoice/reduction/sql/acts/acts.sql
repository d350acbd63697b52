-- output: acts
-- kind: view
-- inputs: log, hour_calendar, people, threads
-- Acts of taking part with who counts: role and class at the time of the act, unless the
-- account was reclassified. h counts hours, so that before and after is (h, seq).
SELECT seq, kind, subject_id, parent_id, stance, second, details, thread, person,
       h, day, week, month, sort, h * 4294967296 + seq AS pos,
       CAST(CASE WHEN role = 'resident' AND sort IN ('person', 'organisation')
            THEN 1 ELSE 0 END AS TINYINT) AS counted,
       CAST(CASE WHEN role = 'resident' AND sort = 'person' THEN 1 ELSE 0 END AS TINYINT) AS alone,
       CAST(CASE WHEN role = 'staff' AND sort <> 'system' THEN 1 ELSE 0 END AS TINYINT) AS staff,
       CASE WHEN becomes IS NOT NULL THEN coalesce(reason, 'reclassified')
            WHEN sort = 'system' THEN 'system'
            ELSE coalesce(role, 'unknown') END AS reason,
       CAST(CASE WHEN h >= first_h + 168 THEN 1 ELSE 0 END AS TINYINT) AS settled,
       CAST(coalesce(verified, 0) AS TINYINT) AS verified
FROM (
  SELECT l.seq, l.kind, l.subject_id, l.parent_id, l.stance, l.details, t.thread, p.person,
         c.h, c.day, c.week, c.month, p.becomes, p.reason, p.first_h, p.verified,
         date_diff('second', TIMESTAMP '1970-01-01 00:00:00',
                   date_trunc('second', l.occurred_at)) AS second,
         CASE WHEN p.becomes NOT IN ('person', 'organisation', 'system') THEN p.becomes
              ELSE l.actor_role END AS role,
         CASE WHEN p.becomes IN ('person', 'organisation', 'system') THEN p.becomes
              ELSE l.account_class END AS sort
  FROM log AS l
  JOIN hour_calendar AS c ON c.hour = date_trunc('hour', l.occurred_at)
  LEFT JOIN people AS p ON p.actor_id = l.actor_id
  LEFT JOIN threads AS t ON t.proposal_id = l.proposal_id
) AS seen
