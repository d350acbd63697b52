-- output: moderated_comments
-- kind: table
-- inputs: log
-- Where moderation left each comment: hidden after reports, or as spam or a test.
SELECT subject_id,
       CASE WHEN kind = 'comment.hidden' AND ground IN ('spam', 'test') THEN 1 ELSE 0 END AS spam,
       CASE WHEN kind = 'comment.hidden' AND reports >= 1 THEN 1 ELSE 0 END AS upheld
FROM (
  SELECT subject_id, kind,
         json_extract_string(details, '$.ground') AS ground,
         TRY_CAST(json_extract_string(details, '$.reports') AS BIGINT) AS reports,
         row_number() OVER (PARTITION BY subject_id ORDER BY seq DESC) AS latest
  FROM log
  WHERE kind IN ('comment.hidden', 'comment.kept', 'comment.restored')
) AS decisions
WHERE latest = 1
