-- A host that could not be returned is back, or (:note) still is not; the lane is freed.
-- :deployment  pk
-- :lane
-- :token
-- :host
-- :note = NULL  why it is not back
-- Returns the host's state; no row when the lease is lost.
SELECT fk_lane AS held FROM tb_deployment_lock
WHERE fk_lane = :lane AND token = :token AND fk_deployment = :deployment;

UPDATE tb_host_state
SET
    status = CASE WHEN :note IS NULL THEN 'in_service' ELSE status END,
    current_version = CASE
        WHEN :note IS NULL THEN (SELECT old_version FROM tb_deployment WHERE pk_deployment = :deployment)
        ELSE current_version
    END,
    note = :note,
    updated_at = :now
WHERE fk_lane = :held AND host = :host;

INSERT INTO tb_event (type, fraise, environment, job, deployment, data, created_at)
SELECT
    'host.restored', fraise, environment, job, identifier,
    json_object('host', :host, 'version', old_version), :now
FROM tb_deployment
WHERE pk_deployment = :deployment AND :note IS NULL;

DELETE FROM tb_deployment_lock WHERE fk_lane = :held;

SELECT * FROM tb_host_state WHERE fk_lane = :held AND host = :host;
