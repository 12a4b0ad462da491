-- Store a webhook, once; in the same transaction fn_follow_webhooks makes requests of what it asks for. A delivery is a repeat when its id was kept before, or when it
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
-- Returns what the event is called, what came of it, and `duplicate` (1: this is the earlier one).
SELECT CASE WHEN :outcome <> 'refused' THEN COALESCE((
    SELECT pk_webhook_event FROM tb_webhook_event
    WHERE provider = :provider AND delivery_id = :delivery_id AND outcome = 'accepted'
), (
    SELECT pk_webhook_event FROM (
        SELECT pk_webhook_event, outcome, body_sha256, before_sha, commit_sha FROM tb_webhook_event
        WHERE provider = :provider AND repository IS :repository AND ref = :ref AND outcome <> 'refused'
        ORDER BY pk_webhook_event DESC
        LIMIT 1
    )
    WHERE outcome = 'accepted'
        AND :commit_sha IS NOT NULL
        AND (body_sha256 = :body_sha256 OR (before_sha IS :before_sha AND commit_sha = :commit_sha))
), (
    SELECT pk_webhook_event FROM tb_webhook_event
    WHERE provider = :provider AND body_sha256 = :body_sha256 AND ref IS NULL AND outcome = 'accepted'
        AND :ref IS NULL AND :commit_sha IS NOT NULL
    LIMIT 1
)) END AS earlier;

INSERT INTO tb_webhook_event (
    received_at, provider, event_type, delivery_id, body_sha256, repository, ref, before_sha, branch, commit_sha,
    sender, payload, source_ip, request_id, outcome, reason
)
SELECT
    :now, :provider, :event_type, :delivery_id, :body_sha256, :repository, :ref, :before_sha, :branch, :commit_sha,
    :sender, :payload, :source_ip, :request_id, :outcome, :reason
WHERE :earlier IS NULL;

SELECT
    pk_webhook_event, id, identifier, provider, delivery_id, outcome, reason, :earlier IS NOT NULL AS duplicate
FROM tb_webhook_event
WHERE pk_webhook_event = COALESCE(:earlier, last_insert_rowid());
