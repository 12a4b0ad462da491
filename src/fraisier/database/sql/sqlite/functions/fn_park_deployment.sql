-- Leave a deployment where it is, in its direction, for the next owner, and free the lane.
-- :deployment  pk
-- :lane
-- :token
-- Returns the deployment; no row when the lease is lost.
SELECT 1 AS fenced FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token AND fk_deployment = :deployment;

UPDATE tb_deployment SET parked = 1 WHERE pk_deployment = :deployment;

INSERT INTO tb_event (type, fraise, environment, job, deployment, data, created_at)
SELECT
    'deployment.parked', fraise, environment, job, identifier,
    json_object('direction', direction, 'version', new_version), :now
FROM tb_deployment
WHERE pk_deployment = :deployment;

DELETE FROM tb_deployment_lock WHERE fk_lane = :lane;

SELECT * FROM tb_deployment WHERE pk_deployment = :deployment;
