-- Every deployment, newest first. `version_change` shows an em dash where there is no version; `old_shown` and
-- `new_shown` are what people call the two versions: a tag if there was one, else seven characters.
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
    COALESCE(json_extract(plan, '$.old.commit.tag'), substr(old_version, 1, 7)) AS old_shown,
    COALESCE(json_extract(plan, '$.commit.tag'), substr(new_version, 1, 7)) AS new_shown,
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
    COALESCE(json_extract(details, '$.warnings'), '[]') AS warnings,
    takeovers
FROM tb_deployment
ORDER BY started_at DESC, pk_deployment DESC;
