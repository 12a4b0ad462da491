-- Set the direction of a deployment to `back`, before its first undo. Only the first reason is kept.
-- :deployment  pk
-- :lane
-- :token
-- :reason
-- Returns the deployment; no row when the lease is lost.
SELECT 1 AS fenced FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token AND fk_deployment = :deployment;

UPDATE tb_deployment SET direction = 'back', back_reason = :reason
WHERE pk_deployment = :deployment AND direction = 'forward';

SELECT * FROM tb_deployment WHERE pk_deployment = :deployment;
