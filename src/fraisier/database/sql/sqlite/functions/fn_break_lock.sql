-- Take the lease of a lane away from its holder, who stops at its next write. The event keeps who it was.
-- :fraise
-- :environment
-- :job = ''
-- :by
-- :reason
-- :asked_from = NULL
-- Returns the lease as it was; no row when there is none.
SELECT k.pk_deployment_lock AS broken
FROM tb_deployment_lock AS k
INNER JOIN tb_lane AS l ON l.pk_lane = k.fk_lane
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    'lock.broken', k.fraise, k.environment, k.job, d.identifier, :by,
    json_object(
        'reason', :reason, 'holder', k.holder, 'holder_pid', k.holder_pid, 'token', k.token, 'from', :asked_from
    ),
    :now
FROM tb_deployment_lock AS k
LEFT JOIN tb_deployment AS d ON d.pk_deployment = k.fk_deployment
WHERE k.pk_deployment_lock = :broken;

SELECT * FROM tb_deployment_lock WHERE pk_deployment_lock = :broken;

DELETE FROM tb_deployment_lock WHERE pk_deployment_lock = :broken;
