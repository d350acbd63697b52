-- Each comment that was replied to, with what came back and how soon.
SELECT thread, up, count(*) AS below, min(second) - min(second_answered) AS waited,
       max(other) AS answered_by_other, sum(other) AS replies_to_other,
       sum(CASE WHEN before IS NOT NULL THEN 1 ELSE 0 END) AS turn_chances,
       sum(CASE WHEN other = 1 AND person = before THEN 1 ELSE 0 END) AS turns,
       sum(CASE WHEN other = 1 AND stance * stance_answered <> 0 THEN 1 ELSE 0 END)
         AS stance_replies,
       sum(CASE WHEN other = 1 AND stance * stance_answered = -1 THEN 1 ELSE 0 END)
         AS cross_replies,
       sum(CASE WHEN person = answered THEN 1 ELSE 0 END) AS self_replies
FROM edges
GROUP BY thread, up
