-- Put a request into the queue of its lane; the lane is made when it is new. A newer pending request replaces the
-- older ones of its own class there (a trigger of the table sees to it).
-- :fraise
-- :environment
-- :job = ''
-- :kind = 'deploy'  deploy or rollback
-- :trigger_type  webhook, scheduled, manual or api
-- :requested_by = NULL
-- :requested_from = NULL  the machine or address it came from
-- :git_branch = NULL
-- :git_commit = NULL
-- :options = '{}'  JSON object
-- :target_provider = NULL
-- :target_config = NULL  JSON object
-- :runs_on = NULL  machine id; only observers there may claim it
-- :webhook_event = NULL  pk of the webhook event it comes from
-- Returns the request.
INSERT INTO tb_lane (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

INSERT INTO tb_deployment_request (
    fk_lane, fraise, environment, job, kind, requested_at, requested_by, requested_from, trigger_type, git_branch, git_commit,
    options, target_provider, target_config, runs_on, fk_webhook_event
)
SELECT
    pk_lane, fraise, environment, job, :kind, :now, :requested_by, :requested_from, :trigger_type, :git_branch, :git_commit,
    :options, :target_provider, :target_config, :runs_on, :webhook_event
FROM tb_lane
WHERE fraise = :fraise AND environment = :environment AND job = :job;

SELECT * FROM tb_deployment_request WHERE pk_deployment_request = last_insert_rowid();
