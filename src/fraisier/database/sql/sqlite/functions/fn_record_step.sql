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

SELECT * FROM tb_deployment_step WHERE pk_deployment_step = :step;
