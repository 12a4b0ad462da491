-- Store a webhook and the requests it leads to, once. A delivery is a repeat when its id was kept before, or when it
-- says what the last delivery about that ref has said: nothing has moved since. So A, B, A are three pushes. Without a
-- ref the body decides. A repeat stores nothing, and only accepted ones make a later delivery a repeat.
-- :provider
-- :event_type
-- :delivery_id = NULL
-- :body_sha256 = NULL
-- :repository = NULL
-- :ref = NULL
-- :before_sha = NULL
-- :commit_sha = NULL
-- :branch = NULL
-- :sender = NULL
-- :payload = NULL  the body as text
-- :source_ip = NULL
-- :request_id = NULL  of the HTTP request
-- :outcome = 'accepted'  accepted, ignored or refused
-- :reason = NULL
-- :requests = '[]'  JSON array of {fraise, environment, job, git_branch, git_commit, options, target_provider,
-- target_config, runs_on}
-- Returns the event with `duplicate` (1: this is the earlier one) and `requests`, a JSON array of identifiers.
SELECT (
    SELECT pk_webhook_event FROM tb_webhook_event
    WHERE provider = :provider AND delivery_id = :delivery_id AND outcome = 'accepted'
) AS same_delivery, (
    SELECT pk_webhook_event FROM tb_webhook_event
    WHERE provider = :provider AND body_sha256 = :body_sha256 AND outcome = 'accepted' AND :ref IS NULL
        AND :commit_sha IS NOT NULL
    LIMIT 1
) AS same_body, (
    SELECT pk_webhook_event FROM (
        SELECT pk_webhook_event, outcome, body_sha256, before_sha, commit_sha FROM tb_webhook_event
        WHERE provider = :provider AND repository IS :repository AND ref = :ref AND outcome <> 'refused'
        ORDER BY pk_webhook_event DESC
        LIMIT 1
    )
    WHERE outcome = 'accepted'
        AND :commit_sha IS NOT NULL
        AND (body_sha256 = :body_sha256 OR (before_sha IS :before_sha AND commit_sha = :commit_sha))
) AS same_change;

SELECT CASE WHEN :outcome <> 'refused' THEN COALESCE(:same_delivery, :same_change, :same_body) END AS earlier;

INSERT INTO tb_webhook_event (
    received_at, provider, event_type, delivery_id, body_sha256, repository, ref, before_sha, branch, commit_sha,
    sender, payload, source_ip, request_id, outcome, reason
)
SELECT
    :now, :provider, :event_type, :delivery_id, :body_sha256, :repository, :ref, :before_sha, :branch, :commit_sha,
    :sender, :payload, :source_ip, :request_id, :outcome, :reason
WHERE :earlier IS NULL;

SELECT COALESCE(:earlier, last_insert_rowid()) AS event;

INSERT INTO tb_lane (fraise, environment, job)
SELECT
    json_extract(value, '$.fraise'), json_extract(value, '$.environment'),
    COALESCE(json_extract(value, '$.job'), '')
FROM json_each(:requests)
WHERE :earlier IS NULL
ON CONFLICT DO NOTHING;

INSERT INTO tb_deployment_request (
    fk_lane, fraise, environment, job, requested_at, requested_by, requested_from, trigger_type, git_branch, git_commit, options,
    target_provider, target_config, runs_on, fk_webhook_event
)
SELECT
    l.pk_lane, l.fraise, l.environment, l.job, :now, :sender, :source_ip, 'webhook',
    COALESCE(json_extract(r.value, '$.git_branch'), :branch), json_extract(r.value, '$.git_commit'),
    COALESCE(json_extract(r.value, '$.options'), '{}'), json_extract(r.value, '$.target_provider'),
    json_extract(r.value, '$.target_config'), json_extract(r.value, '$.runs_on'), :event
FROM json_each(:requests) AS r
INNER JOIN tb_lane AS l
    ON l.fraise = json_extract(r.value, '$.fraise')
    AND l.environment = json_extract(r.value, '$.environment')
    AND l.job = COALESCE(json_extract(r.value, '$.job'), '')
WHERE :earlier IS NULL
ORDER BY r.key;

SELECT
    w.*,
    :earlier IS NOT NULL AS duplicate,
    (
        SELECT json_group_array(q.identifier) FROM tb_deployment_request AS q
        WHERE q.fk_webhook_event = w.pk_webhook_event
    ) AS requests
FROM tb_webhook_event AS w
WHERE w.pk_webhook_event = :event;
