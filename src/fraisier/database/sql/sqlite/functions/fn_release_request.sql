-- Give a claimed request back to the queue before any deployment of it exists, and free the lane.
-- :request  pk
-- :lane
-- :token
-- Returns the request (pending, or superseded when a newer one waits); no row when the lease is lost.
SELECT pk_deployment_lock AS held
FROM tb_deployment_lock
WHERE fk_lane = :lane AND token = :token AND fk_request = :request AND fk_deployment IS NULL;

UPDATE tb_deployment_request SET status = 'pending', started_at = NULL WHERE pk_deployment_request = :request;

DELETE FROM tb_deployment_lock WHERE pk_deployment_lock = :held;

SELECT * FROM tb_deployment_request WHERE pk_deployment_request = :request;
