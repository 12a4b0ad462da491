-- Tell the owner of a claimed request to go back: its next heartbeat reads it. Whoever takes it over reads it, too.
-- :request  its pk, id or identifier
-- :by
-- :reason = NULL
-- :asked_from = NULL
-- Returns the request; no row when nobody runs it.
SELECT pk_deployment_request AS cancelled
FROM tb_deployment_request
WHERE status = 'processing'
    AND (pk_deployment_request = :request OR id = :request OR identifier = :request);

UPDATE tb_deployment_request
SET cancel_requested_at = :now, cancel_requested_by = :by, cancel_reason = :reason
WHERE pk_deployment_request = :cancelled AND cancel_requested_at IS NULL;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    'deployment.cancel_requested', r.fraise, r.environment, r.job,
    (
        SELECT d.identifier FROM tb_deployment AS d
        WHERE d.fk_request = r.pk_deployment_request
        ORDER BY d.pk_deployment DESC
        LIMIT 1
    ),
    :by, json_object('request', r.identifier, 'reason', :reason, 'from', :asked_from), :now
FROM tb_deployment_request AS r
WHERE r.pk_deployment_request = :cancelled;

SELECT * FROM tb_deployment_request WHERE pk_deployment_request = :cancelled;
