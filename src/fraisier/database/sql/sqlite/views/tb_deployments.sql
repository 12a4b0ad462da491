-- The quick reference's table of deployments, in its columns and words: running, and failed for everything that went back.
DROP VIEW IF EXISTS tb_deployments;
CREATE VIEW tb_deployments AS
SELECT
    identifier AS id,
    fraise AS fraise_id,
    environment,
    CASE status
        WHEN 'pending' THEN 'pending'
        WHEN 'in_progress' THEN 'running'
        WHEN 'success' THEN 'success'
        ELSE 'failed'
    END AS status,
    started_at,
    completed_at,
    error_message
FROM tb_deployment;
