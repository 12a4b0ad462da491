-- Write down a deployment and its whole journal before the first step. What is not given is the request's.
-- :request  pk
-- :lane
-- :token
-- :plan  JSON
-- :config_snapshot  JSON, references unresolved
-- :steps  JSON array of {ordinal, host, kind, version, title, position, params}
-- :old_version = NULL
-- :new_version = NULL
-- :git_commit = NULL
-- :git_branch = NULL
-- :target_provider = NULL
-- :kind = NULL
-- :triggered_by = NULL
-- :requested_by = NULL
-- Returns the deployment; no row when the lease is lost.
SELECT pk_deployment_lock AS held
FROM tb_deployment_lock
WHERE fk_lane = :lane AND token = :token AND fk_request = :request AND fk_deployment IS NULL;

INSERT INTO tb_deployment (
    fk_request, fk_lane, fraise, environment, job, kind, status, started_at, old_version, new_version, triggered_by,
    requested_by, target_provider, git_commit, git_branch, plan, config_snapshot, token
)
SELECT
    pk_deployment_request, fk_lane, fraise, environment, job, COALESCE(:kind, kind), 'in_progress', :now,
    :old_version, :new_version, COALESCE(:triggered_by, trigger_type), COALESCE(:requested_by, requested_by),
    COALESCE(:target_provider, target_provider), COALESCE(:git_commit, git_commit),
    COALESCE(:git_branch, git_branch), :plan, :config_snapshot, :token
FROM tb_deployment_request
WHERE pk_deployment_request = :request;

SELECT last_insert_rowid() AS deployment;

INSERT INTO tb_deployment_step (fk_deployment, ordinal, host, kind, version, title, position, params)
SELECT
    :deployment,
    json_extract(value, '$.ordinal'),
    COALESCE(json_extract(value, '$.host'), ''),
    json_extract(value, '$.kind'),
    COALESCE(json_extract(value, '$.version'), 1),
    json_extract(value, '$.title'),
    json_extract(value, '$.position'),
    COALESCE(json_extract(value, '$.params'), '{}')
FROM json_each(:steps);

UPDATE tb_deployment_lock SET fk_deployment = :deployment WHERE pk_deployment_lock = :held;

UPDATE tb_webhook_event
SET processed = 1, fk_deployment = :deployment
WHERE pk_webhook_event = (
    SELECT fk_webhook_event FROM tb_deployment_request WHERE pk_deployment_request = :request
);

INSERT INTO tb_fraise_state (fraise, environment, job, target_provider)
SELECT fraise, environment, job, target_provider FROM tb_deployment WHERE pk_deployment = :deployment
ON CONFLICT DO NOTHING;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    CASE WHEN job <> '' THEN 'job.started' ELSE 'deployment.started' END, fraise, environment, job, identifier, requested_by,
    json_object(
        'kind', CASE WHEN job <> '' THEN 'job' ELSE kind END, 'triggered_by', triggered_by, 'version', new_version, 'old_version', old_version,
        'git_branch', git_branch
    ),
    :now
FROM tb_deployment
WHERE pk_deployment = :deployment;

SELECT * FROM tb_deployment WHERE pk_deployment = :deployment;
