-- One webhook without its payload.
-- :webhook  its pk
SELECT
    pk_webhook_event, id, identifier, received_at, provider, event_type, delivery_id, repository, ref, before_sha, branch,
    commit_sha, sender, source_ip, request_id, outcome, reason, processed, fk_deployment, deployment_id
FROM tb_webhook_event
WHERE pk_webhook_event = :webhook;
