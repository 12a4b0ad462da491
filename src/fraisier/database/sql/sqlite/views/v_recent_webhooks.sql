-- Webhooks, newest first. `reason` says why one is not processed: its own reason, else that of its requests.
DROP VIEW IF EXISTS v_recent_webhooks;
CREATE VIEW v_recent_webhooks AS
SELECT
    w.id,
    w.identifier,
    w.pk_webhook_event,
    w.received_at,
    w.provider,
    w.event_type,
    w.branch,
    w.commit_sha,
    w.sender,
    w.repository,
    w.delivery_id,
    w.outcome,
    COALESCE(w.reason, (
        SELECT r.identifier || ' is ' || r.status || COALESCE(': ' || r.reason, '')
        FROM tb_deployment_request AS r
        WHERE r.fk_webhook_event = w.pk_webhook_event AND w.processed = 0
        ORDER BY r.pk_deployment_request DESC
        LIMIT 1
    ), (
        SELECT printf('superseded by req_%05d', s.superseded_by)
        FROM tb_webhook_superseded AS s
        WHERE s.fk_webhook_event = w.pk_webhook_event
    )) AS reason,
    w.processed,
    w.fk_deployment,
    w.deployment_id
FROM tb_webhook_event AS w
ORDER BY w.pk_webhook_event DESC;
