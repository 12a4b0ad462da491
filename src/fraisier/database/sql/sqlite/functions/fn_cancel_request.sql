-- Take a request that still waits out of the queue.
-- :request  its pk, id or identifier
-- :by
-- :reason = NULL
-- :asked_from = NULL
-- Returns the request; no row when it does not wait.
SELECT pk_deployment_request AS cancelled
FROM tb_deployment_request
WHERE status = 'pending'
    AND (pk_deployment_request = :request OR id = :request OR identifier = :request);

UPDATE tb_deployment_request
SET status = 'cancelled', reason = COALESCE(:reason, 'cancelled by ' || :by), ended_at = :now
WHERE pk_deployment_request = :cancelled;

INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
SELECT 'request.cancelled', fraise, environment, job, :by,
    json_object('request', identifier, 'reason', :reason, 'from', :asked_from), :now
FROM tb_deployment_request
WHERE pk_deployment_request = :cancelled;

SELECT * FROM tb_deployment_request WHERE pk_deployment_request = :cancelled;
