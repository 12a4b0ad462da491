-- Keep a deployment that something else ran, finished as it is. It needs no lease: nothing of it is left to do.
-- :fraise
-- :environment
-- :job = ''
-- :status  success, failed, rolled_back, rollback_failed or cancelled
-- :kind = 'deploy'
-- :old_version = NULL
-- :new_version = NULL
-- :triggered_by = 'manual'
-- :requested_by = NULL
-- :target_provider = NULL
-- :git_commit = NULL
-- :git_branch = NULL
-- :started_at = NULL  RFC 3339; NULL is now
-- :completed_at = NULL  RFC 3339; NULL is now
-- :duration_seconds = NULL  NULL is the time between the two
-- :error_message = NULL
-- :details = NULL  JSON
-- Returns the deployment; no row for a status that is not an end.
SELECT 1 AS ended WHERE :status IN ('success', 'failed', 'rolled_back', 'rollback_failed', 'cancelled');

INSERT INTO tb_lane (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

INSERT INTO tb_deployment (
    fk_lane, fraise, environment, job, kind, status, started_at, completed_at, duration_seconds, old_version,
    new_version, triggered_by, requested_by, target_provider, git_commit, git_branch, error_message, details
)
SELECT
    pk_lane, fraise, environment, job, :kind, 'pending', COALESCE(:started_at, :now), COALESCE(:completed_at, :now),
    COALESCE(:duration_seconds, MAX(0, ROUND(
        (julianday(COALESCE(:completed_at, :now)) - julianday(COALESCE(:started_at, :now))) * 86400.0, 3
    ))),
    :old_version, :new_version, :triggered_by, :requested_by, :target_provider, :git_commit, :git_branch,
    :error_message, :details
FROM tb_lane
WHERE fraise = :fraise AND environment = :environment AND job = :job;

SELECT last_insert_rowid() AS deployment;

UPDATE tb_deployment SET status = :status WHERE pk_deployment = :deployment;

SELECT * FROM tb_deployment WHERE pk_deployment = :deployment;
