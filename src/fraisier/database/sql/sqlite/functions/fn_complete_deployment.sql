-- End a deployment: its row, its request, the state of the fraise, counters (by trigger), events, an optional hold;
-- and free the lane. A deployment of a person that succeeds ends an earlier hold of its lane. One that was rolled back
-- has failed first: both are told.
-- :deployment  pk
-- :lane
-- :token
-- :status  success, failed, rolled_back, rollback_failed or cancelled
-- :error_code = NULL
-- :error_message = NULL
-- :error_hint = NULL
-- :error_exit_code = NULL
-- :not_undone = '[]'  JSON array of {step, what, how}
-- :details = NULL  JSON
-- :current_version = '(unchanged)'  what runs now; NULL says that nothing does
-- :lane_status = NULL  healthy, degraded, down or unknown; NULL leaves it
-- :hosts = '[]'  JSON array of {host, status, version, note}, of targets that have names
-- :hold_reason = NULL  not NULL holds the lane, unless its request said that a success need not
-- Returns the deployment; no row when the lease is lost.
SELECT
    d.fraise, d.environment, d.job, d.requested_by, d.target_provider,
    k.fk_request AS request,
    COALESCE(r.automatic, 0) AS automatic,
    CASE
        WHEN :status = 'success' AND json_extract(r.options, '$.hold') = 0 THEN NULL
        ELSE :hold_reason
    END AS hold_reason
FROM tb_deployment_lock AS k
INNER JOIN tb_deployment AS d ON d.pk_deployment = k.fk_deployment
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = k.fk_request
WHERE k.fk_lane = :lane AND k.token = :token AND k.fk_deployment = :deployment AND d.status = 'in_progress';

UPDATE tb_deployment
SET
    status = :status,
    completed_at = :now,
    duration_seconds = MAX(0, ROUND((julianday(:now) - julianday(started_at)) * 86400.0, 3)),
    error_code = :error_code,
    error_message = :error_message,
    error_hint = :error_hint,
    error_exit_code = :error_exit_code,
    not_undone = :not_undone,
    details = :details,
    parked = 0
WHERE pk_deployment = :deployment;

UPDATE tb_deployment_request
SET
    status = CASE :status WHEN 'success' THEN 'completed' WHEN 'cancelled' THEN 'cancelled' ELSE 'failed' END,
    reason = :error_message,
    ended_at = :now
WHERE pk_deployment_request = :request;

INSERT INTO tb_fraise_state (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

UPDATE tb_fraise_state
SET
    current_version = CASE WHEN :current_version = '(unchanged)' THEN current_version ELSE :current_version END,
    status = COALESCE(:lane_status, status),
    target_provider = COALESCE(:target_provider, target_provider),
    last_deployed_at = CASE WHEN :status = 'success' THEN :now ELSE last_deployed_at END,
    last_deployed_by = CASE WHEN :status = 'success' THEN :requested_by ELSE last_deployed_by END
WHERE fraise = :fraise AND environment = :environment AND job = :job;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    CASE WHEN job <> '' THEN 'job.' ELSE 'deployment.' END || told.value, fraise, environment, job, identifier, requested_by,
    json_object(
        'kind', CASE WHEN job <> '' THEN 'job' ELSE kind END, 'status', status, 'version', new_version, 'old_version', old_version,
        'duration', duration_seconds, 'error', error_message, 'error_code', error_code,
        'not_undone', json(not_undone)
    ),
    :now
FROM tb_deployment
INNER JOIN json_each(
    CASE :status
        WHEN 'success' THEN '["succeeded"]'
        WHEN 'rolled_back' THEN '["failed", "rolled_back"]'
        WHEN 'rollback_failed' THEN '["failed", "rollback_failed"]'
        ELSE json_array(:status)
    END
) AS told
WHERE pk_deployment = :deployment
ORDER BY told.key;

INSERT INTO tb_host_state (fk_lane, host, status, current_version, note, updated_at)
SELECT
    :lane, json_extract(value, '$.host'), json_extract(value, '$.status'), json_extract(value, '$.version'),
    json_extract(value, '$.note'), :now
FROM json_each(:hosts)
WHERE true
ON CONFLICT (fk_lane, host) DO UPDATE SET
    status = excluded.status,
    current_version = CASE
        WHEN excluded.status = 'unknown' THEN tb_host_state.current_version ELSE excluded.current_version
    END,
    note = excluded.note,
    updated_at = excluded.updated_at;

UPDATE tb_lane SET hold_since = NULL, hold_reason = NULL, hold_by = NULL
WHERE pk_lane = :lane AND :status = 'success' AND :automatic = 0;

UPDATE tb_lane
SET
    hold_since = :now,
    hold_reason = :hold_reason,
    hold_by = (
        SELECT CASE WHEN kind = 'rollback' THEN COALESCE(requested_by, 'fraisier') ELSE 'fraisier' END
        FROM tb_deployment WHERE pk_deployment = :deployment
    )
WHERE pk_lane = :lane AND :hold_reason IS NOT NULL;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    'lane.held', l.fraise, l.environment, l.job, d.identifier, l.hold_by, json_object('reason', l.hold_reason), :now
FROM tb_lane AS l
INNER JOIN tb_deployment AS d ON d.pk_deployment = :deployment
WHERE l.pk_lane = :lane AND :hold_reason IS NOT NULL;

DELETE FROM tb_deployment_lock WHERE fk_lane = :lane;

SELECT * FROM tb_deployment WHERE pk_deployment = :deployment;
