-- Say what runs in a lane and how it is.
-- :fraise
-- :environment
-- :job = ''
-- :current_version = '(unchanged)'  NULL says that nothing runs
-- :status = NULL  healthy, degraded, down or unknown; NULL leaves it, like the next three
-- :last_deployed_at = NULL
-- :last_deployed_by = NULL
-- :target_provider = NULL
-- Returns the state.
INSERT INTO tb_lane (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

INSERT INTO tb_fraise_state (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

UPDATE tb_fraise_state
SET
    current_version = CASE WHEN :current_version = '(unchanged)' THEN current_version ELSE :current_version END,
    status = COALESCE(:status, status),
    last_deployed_at = COALESCE(:last_deployed_at, last_deployed_at),
    last_deployed_by = COALESCE(:last_deployed_by, last_deployed_by),
    target_provider = COALESCE(:target_provider, target_provider)
WHERE fraise = :fraise AND environment = :environment AND job = :job;

SELECT * FROM tb_fraise_state WHERE fraise = :fraise AND environment = :environment AND job = :job;
