-- Write down what a person has found: the version of a deployment that did not succeed is live and well. The finished
-- row stays as it is; a new one, a success, names it in its details. Lifts a hold of the lane.
-- :deployment  pk
-- :by
-- :reason
-- :asked_from = NULL
-- Returns the new deployment; no row while somebody owns the lane or a deployment is in progress there, and for one
-- that succeeded.
SELECT d.fk_lane AS lane, d.fraise, d.environment, d.job, d.identifier AS judged, s.current_version AS before
FROM tb_deployment AS d
LEFT JOIN tb_fraise_state AS s ON s.fraise = d.fraise AND s.environment = d.environment AND s.job = d.job
WHERE d.pk_deployment = :deployment
    AND d.status IN ('failed', 'rolled_back', 'rollback_failed', 'cancelled')
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_lane = d.fk_lane AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment AS running WHERE running.fk_lane = d.fk_lane AND running.status = 'in_progress'
    );

INSERT INTO tb_deployment (
    fk_lane, fraise, environment, job, kind, status, started_at, completed_at, duration_seconds, old_version,
    new_version, triggered_by, requested_by, target_provider, git_commit, git_branch, plan, config_snapshot, details
)
SELECT
    fk_lane, fraise, environment, job, kind, 'pending', :now, :now, 0, :before,
    new_version, 'manual', :by, target_provider, git_commit, git_branch,
    json_set(plan, '$.steps', json('[]'), '$.restored', json('[]')), config_snapshot,
    json_object(
        'completes', identifier, 'reason', :reason,
        'warnings', json_array(identifier || ' was completed by hand: ' || :reason)
    )
FROM tb_deployment
WHERE pk_deployment = :deployment;

SELECT last_insert_rowid() AS completed;

UPDATE tb_deployment SET status = 'success' WHERE pk_deployment = :completed;

UPDATE tb_fraise_state
SET
    current_version = (SELECT new_version FROM tb_deployment WHERE pk_deployment = :completed),
    status = 'healthy',
    last_deployed_at = :now,
    last_deployed_by = :by
WHERE fraise = :fraise AND environment = :environment AND job = :job;

UPDATE tb_lane SET hold_since = NULL, hold_reason = NULL, hold_by = NULL WHERE pk_lane = :lane;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    'deployment.completed_by_hand', fraise, environment, job, identifier, :by,
    json_object('completes', :judged, 'reason', :reason, 'version', new_version, 'from', :asked_from), :now
FROM tb_deployment
WHERE pk_deployment = :completed;

SELECT * FROM tb_deployment WHERE pk_deployment = :completed;
