-- output: response_facts
-- kind: facts
-- inputs: waiting_times, proposals, responses_in_force, answer_audits, answer_moments, answer_dialogues, people_before_answer, people_after_answer, accepted_proposals, log, threads
-- Each proposal that waited for an answer, with the first one it got.
SELECT p.proposal_id, p.initiator, s.institution_id, w.age_hours, w.hours, w.is_answered,
       f.decision, coalesce(f.reason_chars, 0) AS reason_chars,
       coalesce(f.grounds, 0) AS grounds, coalesce(f.repeats, 0) AS repeats,
       CASE WHEN a.thread IS NULL THEN 0 ELSE 1 END AS audited,
       coalesce(a.confirmed, 0) AS confirmed,
       CASE WHEN m.control = 0 THEN 1 ELSE 0 END AS followed_28d,
       CASE WHEN d.thread IS NULL THEN 0 ELSE 1 END AS dialogue,
       CASE WHEN m.control = 0 THEN coalesce(b.people, 0) ELSE 0 END AS people_before,
       CASE WHEN m.control = 0 THEN coalesce(n.people, 0) ELSE 0 END AS people_after,
       CASE WHEN m.control = 1 THEN coalesce(b.people, 0) ELSE 0 END AS control_before,
       CASE WHEN m.control = 1 THEN coalesce(n.people, 0) ELSE 0 END AS control_after,
       CASE WHEN u.accepted <= w.as_of - 2160 THEN 1 ELSE 0 END AS accepted_90d,
       coalesce(u.traced, 0) AS traced
FROM waiting_times AS w
JOIN proposals AS p ON p.thread = w.thread
LEFT JOIN responses_in_force AS f ON f.thread = w.thread AND w.is_answered = 1
LEFT JOIN answer_audits AS a ON a.thread = w.thread
LEFT JOIN answer_moments AS m ON m.thread = w.thread
LEFT JOIN answer_dialogues AS d ON d.thread = w.thread
LEFT JOIN (
  SELECT thread, count(*) AS people FROM people_before_answer GROUP BY thread
) AS b ON b.thread = w.thread
LEFT JOIN people_after_answer AS n ON n.thread = w.thread
LEFT JOIN accepted_proposals AS u ON u.thread = w.thread
LEFT JOIN (
  SELECT t.thread, max(l.institution_id) AS institution_id
  FROM log AS l
  JOIN threads AS t ON t.proposal_id = l.proposal_id
  WHERE l.kind = 'response.published'
  GROUP BY t.thread
) AS s ON s.thread = w.thread
