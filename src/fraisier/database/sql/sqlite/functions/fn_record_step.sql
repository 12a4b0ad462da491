-- Journal one step: `running` before it (the intent), how it ended after it.
-- :deployment  pk
-- :lane
-- :token
-- :ordinal
-- :phase  apply or undo
-- :status  running, done, failed, undone, undo_failed or skipped
-- :note = NULL  kept from before when NULL, like error and output
-- :error = NULL
-- :output = NULL
-- :event = NULL  a type of event that this makes true, such as health_check.passed
-- :event_data = '{}'  JSON object
-- Returns the step; no row when the lease is lost.
SELECT s.pk_deployment_step AS step
FROM tb_deployment_lock AS k
INNER JOIN tb_deployment_step AS s ON s.fk_deployment = k.fk_deployment AND s.ordinal = :ordinal
WHERE k.fk_lane = :lane AND k.token = :token AND k.fk_deployment = :deployment;

UPDATE tb_deployment_step
SET
    phase = :phase,
    status = :status,
    attempts = attempts + (:status = 'running'),
    started_at = CASE WHEN :status = 'running' THEN :now ELSE started_at END,
    ended_at = CASE WHEN :status <> 'running' THEN :now END,
    duration_seconds = CASE
        WHEN :status <> 'running' AND started_at IS NOT NULL
            THEN MAX(0, ROUND((julianday(:now) - julianday(started_at)) * 86400.0, 3))
    END,
    note = COALESCE(:note, note),
    error = COALESCE(:error, error),
    output = COALESCE(:output, output)
WHERE pk_deployment_step = :step;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    :event, d.fraise, d.environment, d.job, d.identifier, d.requested_by,
    json_set(
        :event_data, '$.version', d.new_version, '$.step', s.title, '$.host', NULLIF(s.host, ''),
        '$.duration', s.duration_seconds
    ),
    :now
FROM tb_deployment_step AS s
INNER JOIN tb_deployment AS d ON d.pk_deployment = s.fk_deployment
WHERE s.pk_deployment_step = :step AND :event IS NOT NULL;

SELECT * FROM tb_deployment_step WHERE pk_deployment_step = :step;
