-- End a claimed request that needs no deployment (nothing to do, or it cannot be planned), and free the lane.
-- Its webhook event counts as processed when the request is completed; otherwise it keeps the reason why not.
-- :request  pk
-- :lane
-- :token
-- :status  completed, failed, cancelled or superseded
-- :reason = NULL
-- Returns the request; no row when the lease is lost.
SELECT pk_deployment_lock AS held
FROM tb_deployment_lock
WHERE fk_lane = :lane AND token = :token AND fk_request = :request AND fk_deployment IS NULL;

UPDATE tb_deployment_request
SET status = :status, reason = :reason, ended_at = :now
WHERE pk_deployment_request = :request;

UPDATE tb_webhook_event
SET processed = MAX(processed, :status = 'completed'), reason = COALESCE(:reason, reason)
WHERE pk_webhook_event = (
    SELECT fk_webhook_event FROM tb_deployment_request WHERE pk_deployment_request = :request
);

INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
SELECT
    'request.' || status, fraise, environment, job, requested_by,
    json_object('request', identifier, 'reason', reason, 'from', requested_from), :now
FROM tb_deployment_request
WHERE pk_deployment_request = :request AND status <> 'superseded';

DELETE FROM tb_deployment_lock WHERE pk_deployment_lock = :held;

SELECT * FROM tb_deployment_request WHERE pk_deployment_request = :request;
