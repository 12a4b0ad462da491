-- Every deployment, newest first. `version_change` shows an em dash where there is no version.
DROP VIEW IF EXISTS v_deployment_history;
CREATE VIEW v_deployment_history AS
SELECT
    id,
    identifier,
    pk_deployment,
    fraise,
    fraise AS fraise_id,
    environment,
    job,
    kind,
    started_at,
    completed_at,
    duration_seconds,
    old_version,
    new_version,
    COALESCE(old_version, '—') || ' → ' || COALESCE(new_version, '—') AS version_change,
    status,
    triggered_by,
    requested_by,
    target_provider,
    git_commit,
    git_branch,
    error_code,
    error_message,
    back_reason,
    not_undone,
    takeovers
FROM tb_deployment
ORDER BY started_at DESC, pk_deployment DESC;
