-- A new token for a lane whose host knows another installation: higher than any that it has seen.
-- :fraise
-- :environment
-- :job = ''
-- :seen  the token in the host's fence
-- :owner  the installation in the host's fence
-- :by
-- :asked_from = NULL
-- Returns the lane with `token`; no row while somebody owns the lane or a deployment is in progress there.
INSERT INTO tb_lane (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

SELECT l.pk_lane AS lane, MAX(l.last_token + 1, :epoch_ms, :seen + 1) AS token
FROM tb_lane AS l
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_lane = l.pk_lane AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment AS d WHERE d.fk_lane = l.pk_lane AND d.status = 'in_progress'
    );

UPDATE tb_lane SET last_token = :token WHERE pk_lane = :lane;

INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
VALUES (
    'fence.adopted', :fraise, :environment, :job, :by,
    json_object('owner', :owner, 'token', :token, 'from', :asked_from), :now
);

SELECT *, :token AS token FROM tb_lane WHERE pk_lane = :lane;
