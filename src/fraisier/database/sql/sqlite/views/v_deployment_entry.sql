-- Every deployment, every run of a job (`kind` job), and every recovery of one (`kind` recovery), in no order: that carries what the deployment was
-- about, `requested_by` is who took over, `recovers` the deployment, `reason` why. `version_change` shows an em
-- dash where there is no version; `old_shown` and `new_shown` are what people call the two versions: a tag if there
-- was one, else seven characters. The casts give both halves the same affinities: only then does SQLite look into
-- each with what is asked for (https://sqlite.org/optoverview.html#flattening, 17h).
DROP VIEW IF EXISTS v_deployment_entry;
CREATE VIEW v_deployment_entry AS
SELECT
    id,
    identifier,
    pk_deployment,
    fraise,
    fraise AS fraise_id,
    environment,
    job,
    CAST(CASE WHEN job <> '' THEN 'job' ELSE kind END AS TEXT) AS kind,
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
    takeovers,
    CAST(NULL AS TEXT) AS recovers,
    CAST(NULL AS TEXT) AS reason,
    CAST(0 AS INTEGER) AS pk_recovery
FROM tb_deployment
UNION ALL
SELECT
    v.id,
    v.identifier,
    v.fk_deployment,
    d.fraise,
    d.fraise,
    d.environment,
    d.job,
    CAST('recovery' AS TEXT),
    v.started_at,
    v.completed_at,
    CAST(MAX(0, ROUND((julianday(v.completed_at) - julianday(v.started_at)) * 86400.0, 3)) AS REAL),
    d.old_version,
    d.new_version,
    COALESCE(json_extract(d.plan, '$.old.commit.tag'), substr(d.old_version, 1, 7)),
    COALESCE(json_extract(d.plan, '$.commit.tag'), substr(d.new_version, 1, 7)),
    COALESCE(d.old_version, '—') || ' → ' || COALESCE(d.new_version, '—'),
    v.status,
    d.triggered_by,
    v.recovered_by,
    d.target_provider,
    d.git_commit,
    d.git_branch,
    d.error_code,
    d.error_message,
    d.back_reason,
    d.not_undone,
    '[]',
    d.takeovers,
    d.identifier,
    v.reason,
    v.pk_recovery
FROM tb_recovery AS v
INNER JOIN tb_deployment AS d ON d.pk_deployment = v.fk_deployment;
